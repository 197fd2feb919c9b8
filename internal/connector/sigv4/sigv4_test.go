package sigv4_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/connector/sigv4"
)

// The signatures are those that Amazon publishes: the first in the guide to
// Signature Version 4, the others in its test suite (aws-sig-v4-test-suite).
func TestPublishedSignatures(t *testing.T) {
	now := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		service, method, url, content, body string
		signed, want                        string
	}{
		"the guide's ListUsers": {
			"iam", http.MethodGet, "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", "application/x-www-form-urlencoded; charset=utf-8", "",
			"content-type;host;x-amz-date", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
		},
		"get-vanilla": {
			"service", http.MethodGet, "https://example.amazonaws.com/", "", "",
			"host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
		},
		"get-vanilla-query-order-key-case": {
			"service", http.MethodGet, "https://example.amazonaws.com/?Param2=value2&Param1=value1", "", "",
			"host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
		},
		"post-vanilla": {
			"service", http.MethodPost, "https://example.amazonaws.com/", "", "",
			"host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
		},
		"post-x-www-form-urlencoded": {
			"service", http.MethodPost, "https://example.amazonaws.com/", "application/x-www-form-urlencoded", "Param1=value1",
			"content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
		},
		"get-unreserved": {
			"service", http.MethodGet, "https://example.amazonaws.com/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", "",
			"host;x-amz-date", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
		},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, tt.url, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if tt.content != "" {
				req.Header.Set("Content-Type", tt.content)
			}
			s := sigv4.Signer{KeyID: "AKIDEXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Region: "us-east-1", Service: tt.service}
			s.Sign(req, []byte(tt.body), now)
			want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + tt.service + "/aws4_request, SignedHeaders=" + tt.signed + ", Signature=" + tt.want
			if got := req.Header.Get("Authorization"); got != want {
				t.Errorf("\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

// Any request can be signed, and twice the same way.
func FuzzSign(f *testing.F) {
	f.Add("https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:x/invocations?Qualifier=1&a=b&a=a", "text", "s3")
	f.Add("https://h/%2F//x?%zz", "\x00", "sso")
	f.Fuzz(func(t *testing.T, url, body, service string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, nil)
		if err != nil {
			t.Skip()
		}
		s := sigv4.Signer{KeyID: "K", Secret: "S3CR3T-KEY", Token: "T0K3N", Region: "r", Service: service}
		s.Sign(req, []byte(body), time.Unix(1e9, 0))
		first := req.Header.Get("Authorization")
		s.Sign(req, []byte(body), time.Unix(1e9, 0))
		if req.Header.Get("Authorization") != first || strings.Contains(first, "S3CR3T-KEY") && !strings.Contains(url+service, "S3CR3T-KEY") {
			t.Errorf("signed %q, then %q", first, req.Header.Get("Authorization"))
		}
	})
}
