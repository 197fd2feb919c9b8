// Package sigv4 signs requests for Amazon Web Services: Signature Version 4
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Signer signs with the access key of an identity.
type Signer struct {
	KeyID   string
	Secret  string
	Token   string // of temporary credentials; empty for others
	Region  string // us-east-1 ...
	Service string // as signing names it: lambda, sso, identitystore, s3 ...
}

// Sign puts the signature for a request with this body on it, as of now: the
// headers X-Amz-Date, Authorization, and where they are needed
// X-Amz-Security-Token and X-Amz-Content-Sha256. It covers the host, the
// Content-Type and every X-Amz header that is there.
func (s Signer) Sign(req *http.Request, body []byte, now time.Time) {
	stamp := now.UTC().Format("20060102T150405Z")
	req.Header.Set("X-Amz-Date", stamp)
	if s.Token != "" {
		req.Header.Set("X-Amz-Security-Token", s.Token)
	}
	payload := digest(body)
	if s.Service == "s3" {
		req.Header.Set("X-Amz-Content-Sha256", payload)
	}
	names, headers := s.headers(req)
	canonical := strings.Join([]string{req.Method, s.path(req.URL), query(req.URL), headers, names, payload}, "\n")
	scope := strings.Join([]string{stamp[:8], s.Region, s.Service, "aws4_request"}, "/")
	signed := strings.Join([]string{"AWS4-HMAC-SHA256", stamp, scope, digest([]byte(canonical))}, "\n")
	key := []byte("AWS4" + s.Secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+s.KeyID+"/"+scope+", SignedHeaders="+names+", Signature="+hex.EncodeToString(mac(key, signed)))
}

// headers returns the names of the headers that are signed, and the headers.
func (s Signer) headers(req *http.Request) (names, canonical string) {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	values := map[string]string{"host": host}
	for name := range req.Header {
		if lower := strings.ToLower(name); lower == "content-type" || strings.HasPrefix(lower, "x-amz-") {
			var trimmed []string
			for _, v := range req.Header[name] {
				trimmed = append(trimmed, strings.Join(strings.Fields(v), " "))
			}
			values[lower] = strings.Join(trimmed, ",")
		}
	}
	var order []string
	for name := range values {
		order = append(order, name)
	}
	slices.Sort(order)
	var b strings.Builder
	for _, name := range order {
		b.WriteString(name + ":" + values[name] + "\n")
	}
	return strings.Join(order, ";"), b.String()
}

// path escapes what the path on the wire is once more, as every service but S3
// has it.
func (s Signer) path(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		return "/"
	}
	if s.Service == "s3" {
		return path
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = escape(part)
	}
	return strings.Join(parts, "/")
}

func query(u *url.URL) string {
	var pairs []string
	for name, values := range u.Query() {
		for _, v := range values {
			pairs = append(pairs, escape(name)+"="+escape(v))
		}
	}
	slices.SortFunc(pairs, func(a, b string) int {
		nameA, valueA, _ := strings.Cut(a, "=")
		nameB, valueB, _ := strings.Cut(b, "=")
		if c := strings.Compare(nameA, nameB); c != 0 {
			return c
		}
		return strings.Compare(valueA, valueB)
	})
	return strings.Join(pairs, "&")
}

// escape writes a text as Signature Version 4 does: all but the unreserved
// characters of RFC 3986 as %XX.
func escape(s string) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upper[c>>4])
		b.WriteByte(upper[c&15])
	}
	return b.String()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	m := hmac.New(sha256.New, key)
	_, _ = m.Write([]byte(text)) // a hash never fails
	return m.Sum(nil)
}
