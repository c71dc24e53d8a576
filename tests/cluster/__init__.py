"""A real Kubernetes control plane for the tests: what it offers, and how a test asks for it.

``make control-plane`` builds it once (``scripts/control-plane``, outside the tree); ``make test`` does that by itself.
Any test of any room asks by fixture (``plugin``); where there is nothing to run, such tests are left out, in one loud line.

``plane``
    One for the whole run, up in about four seconds, with our CRD and roles applied. ``plane.url``, ``plane.ca``,
    ``plane.certificate``, ``plane.key`` and ``plane.kubeconfig`` (the administrator's, as files) are for whoever connects;
    ``plane.admin`` prepares and judges: ``apply({...})``, ``get(path)``, ``create``, ``patch``, ``delete``, in milliseconds.
``namespace``
    A fresh one for each test, on that plane. Names of resources need not be unique, but for what is cluster-wide.
``kubectl``
    ``kubectl("get", "gs", "-o", "wide")`` in that namespace, as administrator; ``kubectl.bearing(token)`` as somebody else;
    ``kubectl.run(...)`` where an exit code other than 0 is what is wanted.
``make_plane``
    ``make_plane(apiserver=["--flag=…"])``: planes of the test's own, to be killed (``plane.kill("etcd")``), paused and
    started again. Blocking: make it in a fixture that is not async, restart it through ``trio.to_thread.run_sync``.
``collector``
    The shared plane, for tests that need the garbage collector, the deletion of namespaces or StatefulSets: binaries of
    KUBEBUILDER_ASSETS have no kube-controller-manager, and such tests are then left out as well.

``accounts`` knows who acts: ``manager_token(plane)`` (or ``watched=[…]`` for a manager of some namespaces),
``agent_token(plane, namespace)``, ``token_for(plane, namespace, "anybody")``, with exactly the roles of the chart, which helm
renders (``chart``).
A process under test that is given a path of the plane, as an argument or in its environment, ends with the plane at the latest.

The first owned object of a kind whose CRD is younger than the controller manager is collected after up to 41 s; the plane has our
CRD before. Whatever a test waits for, it waits for by watching or polling with a bound, never for a time.
"""
