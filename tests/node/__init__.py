"""A real node for the tests: containerd, runc and the kubelet, with a control plane of its own, in namespaces of their own.

Nothing of it is the machine's: network, mounts and processes live in namespaces that end with their first process
(``init``), and what a kubelet would set of the machine's kernel it sets in files of ours. Needs root; where it cannot be,
the tests that ask for ``node`` are skipped and say what to install.

``node``
    One for the whole run, up in some fifteen seconds. ``node.plane`` is its control plane, with scheduler and the
    controllers of Deployments; ``node.kubectl(namespace)`` speaks to it; ``node.load(archive)`` brings an image to it.
"""
