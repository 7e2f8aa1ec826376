"""The API on one machine: the gateway's twin in front of the real functions, each a process under `awslambdaric`."""
