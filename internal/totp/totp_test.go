package totp_test

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"

	"sallyport/internal/totp"
)

// The test values of RFC 6238 appendix B, of which apps show the last six digits.
func TestCodesOfTheRFC(t *testing.T) {
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got := totp.Code(secret, totp.Step(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestVerify(t *testing.T) {
	secret, now := totp.NewSecret(), time.Unix(1_800_000_015, 0)
	step := totp.Step(now)
	code := func(of int64) string { return totp.Code(secret, of) }
	for name, tt := range map[string]struct {
		code string
		used int64
		ok   bool
	}{
		"the code of now":            {code(step), 0, true},
		"the one before":             {code(step - 1), 0, true},
		"the one after":              {code(step + 1), 0, true},
		"two before":                 {code(step - 2), 0, false},
		"two after":                  {code(step + 2), 0, false},
		"one that was used":          {code(step), step, false},
		"one from before a used one": {code(step - 1), step, false},
		"with a blank in it":         {code(step)[:3] + " " + code(step)[3:], 0, true},
		"too short":                  {code(step)[:5], 0, false},
		"too long":                   {code(step) + "0", 0, false},
		"nothing":                    {"", 0, false},
		"no digits":                  {"abcdef", 0, false},
	} {
		got, ok := totp.Verify(secret, tt.code, now, tt.used)
		if ok != tt.ok || ok && (got <= tt.used || got < step-1 || got > step+1) {
			t.Errorf("%s: %d %v", name, got, ok)
		}
	}
	if _, ok := totp.Verify(totp.NewSecret(), code(step), now, 0); ok {
		t.Error("another's secret opens")
	}
}

// An app reads the issuer, the account and the secret, which is what people may
// type instead.
func TestURI(t *testing.T) {
	secret := []byte("12345678901234567890")
	u, err := url.Parse(totp.URI("Sallyport", "ada+x@acme.example", secret))
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/Sallyport:ada+x@acme.example" || u.Query().Get("issuer") != "Sallyport" {
		t.Errorf("%v %v", u, err)
	}
	if got := u.Query().Get("secret"); got != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || strings.ReplaceAll(totp.Text(secret), " ", "") != got {
		t.Errorf("%s %s", got, totp.Text(secret))
	}
}

func TestSVG(t *testing.T) {
	text, err := totp.SVG(totp.URI("Sallyport", "ada@acme.example", totp.NewSecret()))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Box   string `xml:"viewBox,attr"`
		Paths []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Paths) != 2 || !strings.HasPrefix(doc.Paths[1].D, "M4 4h7v1h-7z") { // the corner of a finder pattern
		t.Errorf("%+v %v", doc, err)
	}
	if _, err := totp.SVG(strings.Repeat("x", 10_000)); err == nil {
		t.Error("more than a QR code holds")
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("123456", int64(0))
	f.Add(" 12 34 56", int64(1))
	secret, now := []byte("12345678901234567890"), time.Unix(1_800_000_000, 0)
	f.Fuzz(func(t *testing.T, code string, used int64) {
		step, ok := totp.Verify(secret, code, now, used)
		if ok && (step <= used || totp.Code(secret, step) != strings.Join(strings.Fields(code), "")) {
			t.Errorf("%q after %d: %d", code, used, step)
		}
	})
}
