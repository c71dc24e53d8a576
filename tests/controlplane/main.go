// Command controlplane is a whole Kubernetes control plane, the kubelet of its
// node, and the client that talks to it, in one binary: the tests run it on the
// loopback interface, or in a network namespace with a node, so that what Stoker
// says to a cluster is judged by the real one.
//
// One binary and not four, because the components share nearly all of their code:
// together they are a third of the size and link in a third of the time. Which of
// them runs is the name the binary is called by (a link beside it), or, called by
// its own name, the first argument.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// Every component reads its own arguments from os.Args and gives its exit code.
var components = map[string]func() int{
	"etcd": func() int {
		etcdmain.Main(os.Args) // ends the process itself
		return 0
	},
	"kube-apiserver":          func() int { return cli.Run(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() int { return cli.Run(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func() int { return cli.Run(scheduler.NewSchedulerCommand()) },
	"kubelet":                 func() int { return cli.Run(kubelet.NewKubeletCommand(context.Background())) },
	"kubectl": func() int {
		// The client words its own errors and chooses its own exit codes (1 of
		// `kubectl diff` means that there is a difference, and not a failure).
		if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
			kubectlutil.CheckErr(err)
			return 1
		}
		return 0
	},
}

func main() {
	run, known := components[filepath.Base(os.Args[0])]
	if !known && len(os.Args) > 1 {
		if run, known = components[os.Args[1]]; known {
			os.Args = os.Args[1:]
		}
	}
	if !known {
		names := slices.Sorted(maps.Keys(components))
		fmt.Fprintf(os.Stderr, "usage: controlplane COMPONENT [ARGUMENT]...\nCOMPONENT is one of %s.\n", strings.Join(names, ", "))
		os.Exit(2)
	}
	os.Exit(run())
}
