package functions

import "testing"

func TestCryptoHmac(t *testing.T) {
	check(t, "crypto.hmac", map[string]example{
		"base64":       {`{"algorithm":"sha256","key":"Jefe","data":"what do ya want for nothing?"}`, `{"text":"W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="}`},
		"hex":          {`{"algorithm":"RSA-SHA256","key":"Jefe","data":"what do ya want for nothing?","digest":"hex"}`, `{"text":"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"}`},
		"md5":          {`{"algorithm":"MD5","key":"Jefe","data":"what do ya want for nothing?","digest":"hex"}`, `{"text":"750c783e6ab0b503eaa86e310a5db738"}`},
		"sha1":         {`{"algorithm":"sha1","key":"Jefe","data":"what do ya want for nothing?","digest":"hex"}`, `{"text":"effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"}`},
		"binary":       {`{"algorithm":"md5","key":"Jefe","data":"what do ya want for nothing?","digest":"binary"}`, `{"text":"u\fx>j°µ\u0003ê¨n1\n]·8"}`},
		"nothing":      {`{"algorithm":"md5","digest":"hex"}`, `{"text":"74e6f7298a9c2d168935f58c001bad88"}`},
		"no algorithm": {`{"key":"a","data":"b"}`, ``},
		"no such":      {`{"algorithm":"ripemd160","key":"a","data":"b"}`, ``},
		"no digest":    {`{"algorithm":"md5","key":"a","data":"b","digest":"octal"}`, ``},
	})
}
