"""What may yet be broken: how often promises that stood as an open one stands were broken."""
