"""Where the API server is and who we are to it: in a cluster three files and two variables, out of one a kubeconfig.

It must not know what is asked of the server. Proxies of the environment (HTTPS_PROXY) are for git and the rest of the world
and never apply here, or a pod behind a company's proxy would lose its own API server; a kubeconfig may name one (proxy-url).
"""

from stoker.kube.config.access import Access, Identity
from stoker.kube.config.find import find_access

__all__ = ["Access", "Identity", "find_access"]
