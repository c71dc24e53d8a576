"""One file a sender: ``said(headers, body)`` tells what its request said. Which sender it is was decided before (``payloads``).

``headers`` have lower-case names; ``body`` is any JSON object whatever, for whoever knows the secret may send anything. Shapes
are those of the senders' public webhook documentation.
"""
