"""Spark as a job of EMR Serverless: what orders, follows and ends it. What runs in it is in training.spark."""
