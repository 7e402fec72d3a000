"""Speaking to an identity provider by OpenID Connect, by packages of the extra `sso`."""
