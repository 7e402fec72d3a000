"""How people meet Troth: the command line and the page. A face parses, calls one use case and renders."""
