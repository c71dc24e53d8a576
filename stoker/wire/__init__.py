"""HTTP/1.1 to one server that is known before: no more of it than an API server and a gateway ask for.

h11 does the protocol and Trio the sockets and TLS; what is ours is a connection that has one request at a time and is closed
when anything goes wrong. httpx does the same through a client, a pool, locks and generators within generators: three times the
processor time of a small request, which was most of what a manager and an agent spent, and 3 MB beside every gateway. It stays
where its other abilities are wanted: git's servers (redirects, credentials, proxies) and a proxy before an API server.

Knows nobody, and says nothing: errors are its own (``failures``), and whoever asks turns them into what people read.
"""
