package functions

import "testing"

func TestCryptoHash(t *testing.T) {
	check(t, "crypto.hash", map[string]example{
		"sha256":       {`{"algorithm":"sha256","data":"abc","digest":"hex"}`, `{"text":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}`},
		"sha512-256":   {`{"algorithm":"sha512-256","data":"abc","digest":"hex"}`, `{"text":"53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23"}`},
		"sha3":         {`{"algorithm":"sha3-256","data":"abc","digest":"hex"}`, `{"text":"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"}`},
		"no algorithm": {`{"data":"b"}`, ``},
		"no such":      {`{"algorithm":"x","data":"b"}`, ``},
	})
}
