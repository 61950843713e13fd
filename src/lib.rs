//! Lamppost reads live AWS accounts and says of every Lambda function how well it is secured.
