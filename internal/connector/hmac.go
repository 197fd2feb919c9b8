package connector

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // some peers know no other
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sallyport/internal/connector/document"
	"sallyport/internal/errs"
	"sallyport/internal/value"
)

// compileHMAC reads how requests are signed.
func compileHMAC(c document.Cursor, names scopeNames) *hmacPlan {
	open := names.with(scopeNames{"sign": {
		"method", "url", "host", "path", "query", "content_type", "body", "body_sha256", "body_sha256_base64", "timestamp", "timestamp_ms", "date", "http_date", "nonce",
	}})
	p := &hmacPlan{
		algorithm: treeAt(c.At("algorithm"), names), encoding: treeAt(c.At("encoding"), names), keyForm: treeAt(c.At("key_encoding"), names),
		signed: treeAt(c.At("signed"), open),
	}
	for name, h := range c.At("headers").Fields() {
		p.headers = append(p.headers, namedTree{name, treeAt(h, open)})
	}
	return p
}

// hashed signs requests with a key that the peer has too (RFC 2104).
type hashed struct {
	auth *Auth
	seen scope
	key  string
	now  func() time.Time
}

func (c hashed) rejected(context.Context, string, http.Header) bool { return false }

func (c hashed) sign(_ context.Context, req *http.Request) (string, error) {
	body, err := bodyOf(req)
	if err != nil {
		return "", err
	}
	p := c.auth.plan.hmac
	seen := c.seen.with(scope{"sign": parts(req, body, c.now())})
	for _, named := range p.headers {
		if err := setHeader(req.Header, named.name, named.tree.text(seen)); err != nil {
			return "", err
		}
	}
	key, err := decoded(c.key, p.keyForm.text(seen))
	if err != nil {
		return "", err
	}
	algorithm, ok := map[string]func() hash.Hash{"": sha256.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New}[strings.ToLower(p.algorithm.text(seen))]
	if !ok {
		return "", hopelessSign("%s is no algorithm: sha1, sha256, sha384 and sha512 are", quoted(p.algorithm.text(seen)))
	}
	mac := hmac.New(algorithm, key)
	_, _ = mac.Write([]byte(p.signed.text(seen))) // a hash never fails
	signature := hex.EncodeToString(mac.Sum(nil))
	if p.encoding.text(seen) == "base64" {
		signature = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	return "", setHeader(req.Header, c.auth.keyHeader(seen), c.auth.plan.prefix+signature)
}

// hopelessSign is what will be wrong with every try.
func hopelessSign(format string, args ...any) error {
	return asError(errs.New(errs.Invalid, "the request cannot be signed: "+format, args...))
}

// decoded returns the bytes of a key. The error shows none of it.
func decoded(key, form string) ([]byte, error) {
	var b []byte
	var err error
	switch form {
	case "hex":
		b, err = hex.DecodeString(key)
	case "base64":
		b, err = base64.StdEncoding.DecodeString(key)
	default:
		b = []byte(key)
	}
	if err != nil {
		return nil, hopelessSign("the signing key is not written in %s", form)
	}
	return b, nil
}

// parts is what of a request can be signed. Times are of the moment of signing;
// the nonce is a random text of 26 letters and digits.
func parts(req *http.Request, body []byte, now time.Time) *value.Object {
	sum := sha256.Sum256(body)
	return value.Map(
		"method", req.Method, "url", req.URL.String(), "host", req.URL.Host, "path", req.URL.EscapedPath(), "query", req.URL.RawQuery,
		"content_type", req.Header.Get("Content-Type"), "body", string(body),
		"body_sha256", hex.EncodeToString(sum[:]), "body_sha256_base64", base64.StdEncoding.EncodeToString(sum[:]),
		"timestamp", strconv.FormatInt(now.Unix(), 10), "timestamp_ms", strconv.FormatInt(now.UnixMilli(), 10),
		"date", now.UTC().Format(time.RFC3339), "http_date", now.UTC().Format(http.TimeFormat), "nonce", fmt.Sprint(rand.Text()),
	)
}
