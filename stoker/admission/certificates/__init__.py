"""The webhook's own authority and certificate: kept in one Secret, told to the API server, renewed while they are served.

`pairs` makes and judges, `material` is what the Secret holds, `plan` says what it should hold next; all pure. `keeper` is the
leader, who alone writes; `source` is what every replica serves with.
"""
