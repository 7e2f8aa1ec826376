"""The whole stack on one machine: Docker runs the functions, ministack is what AWS would be around them."""
