"""Network Topology: tenants, their sites, the subnets in them and the phones in these, counted where one looks."""
