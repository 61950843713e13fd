"""Builds the organisation of `organisation/*.toml` through the AWS API, creating what is missing."""
