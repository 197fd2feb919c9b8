package okta

type provisioning struct{}

type revocation struct{}
