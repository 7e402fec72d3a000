"""The post: mail handed to a server of the operation's own."""
