"""A private cluster of three Galera nodes, each in a network of its own that can be cut, and a haproxy in front."""
