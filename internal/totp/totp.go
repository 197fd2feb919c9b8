// Package totp makes and checks one-time codes of an authenticator app (RFC 6238):
// six digits, of SHA-1, a new one every 30 seconds, which is what every app takes.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 section 1.2; apps take no other
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"

	"rsc.io/qr"
)

const (
	secretLength = 20 // bytes: as long as the hash (RFC 4226 section 4, R6)
	period       = 30 // seconds that a code is shown
	digits       = 6
	window       = 1 // steps that a clock may go wrong by, either way (RFC 6238 section 5.2)
)

// NewSecret returns a secret for somebody's app.
func NewSecret() []byte {
	out := make([]byte, secretLength)
	_, _ = rand.Read(out) // crypto/rand never fails: it ends the program instead
	return out
}

// Step returns the number of the span of 30 seconds that a time is in.
func Step(t time.Time) int64 { return t.Unix() / period }

// Code returns the code of a step.
func Code(secret []byte, step int64) string {
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step)) //nolint:gosec // steps are not negative
	mac := hmac.New(sha1.New, secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf // RFC 4226 section 5.3
	n := binary.BigEndian.Uint32(sum[at:]) & 0x7fffffff
	return fmt.Sprintf("%0*d", digits, n%1_000_000)
}

// Verify returns the step of which a code is, if it is one of now, the one before
// or the one after, and later than the last one that was used. Whoever takes it
// keeps the step as used, so that a code that was seen over a shoulder is worth
// nothing. Blanks in the code are passed over.
func Verify(secret []byte, code string, now time.Time, used int64) (step int64, ok bool) {
	code = strings.Join(strings.Fields(code), "")
	if len(code) != digits {
		return 0, false
	}
	for s := Step(now) - window; s <= Step(now)+window; s++ {
		same := subtle.ConstantTimeCompare([]byte(code), []byte(Code(secret, s))) == 1
		if same && s > used && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}

// Text returns a secret as people type it into an app: base32 in groups of four.
func Text(secret []byte) string {
	var out []string
	for rest := encode(secret); rest != ""; {
		n := min(4, len(rest))
		out, rest = append(out, rest[:n]), rest[n:]
	}
	return strings.Join(out, " ")
}

func encode(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// URI returns what an app reads out of a QR code: otpauth://totp/…, as Google
// Authenticator's Key URI format says.
func URI(issuer, account string, secret []byte) string {
	q := url.Values{"secret": {encode(secret)}, "issuer": {issuer}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// quiet is the white border of a QR code, in modules (ISO/IEC 18004 section 6.3.8).
const quiet = 4

// SVG returns a text as a QR code: an SVG document of one path, black on white.
func SVG(text string) (string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", fmt.Errorf("make a QR code: %w", err)
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	side := code.Size + 2*quiet
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		side, side, side, side, path.String()), nil
}
