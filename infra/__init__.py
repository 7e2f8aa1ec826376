"""What deploys the functions, on AWS and on one machine."""
