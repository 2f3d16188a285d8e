"""What `ingress watch` looks at, and how it tells people of it."""
