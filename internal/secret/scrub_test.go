package secret_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"sallyport/internal/secret"
)

func TestScrubberFindsEveryForm(t *testing.T) {
	const s = `p+a/s"s w\ö&1`
	quoted, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	basic := "user:" + s
	forms := map[string]string{
		"as it is":     s,
		"JSON":         string(quoted),
		"query":        url.QueryEscape(s),
		"lower query":  strings.ToLower(url.QueryEscape(s)),
		"path":         url.PathEscape(s),
		"base64":       base64.StdEncoding.EncodeToString([]byte(s)),
		"base64url":    base64.RawURLEncoding.EncodeToString([]byte(s)),
		"Basic header": base64.StdEncoding.EncodeToString([]byte(basic)),
		"one off":      base64.StdEncoding.EncodeToString([]byte("x" + s + "yz")),
		"two off":      base64.StdEncoding.EncodeToString([]byte("xy" + s + "z")),
	}
	scrub := secret.NewScrubber("", "abc", s)
	for name, form := range forms {
		if got := scrub.Text("before " + form + " after"); !strings.Contains(got, secret.Mask) || strings.Contains(got, form) ||
			!strings.HasPrefix(got, "before ") || !strings.HasSuffix(got, " after") {
			t.Errorf("%s: %q became %q", name, form, got)
		}
	}
	for _, harmless := range []string{"", "abc is too short to be looked for", "pass word"} {
		if got := scrub.Text(harmless); got != harmless {
			t.Errorf("%q became %q", harmless, got)
		}
	}
}

func TestScrubberTakesTheLongerSecretFirst(t *testing.T) {
	if got := secret.NewScrubber("token", "token-and-more").Text("a token-and-more b token c"); got != "a ••• b ••• c" {
		t.Errorf("got %q", got)
	}
	var none *secret.Scrubber
	if none.Text("x") != "x" || new(secret.Scrubber).Text("x") != "x" {
		t.Error("a scrubber without secrets changes texts")
	}
}

func TestScrubberFindsLinesOfAKey(t *testing.T) {
	pem := "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----\n"
	got := secret.NewScrubber(pem).Text("bad key: BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\\n")
	if strings.Contains(got, "BKcwggSj") {
		t.Errorf("got %q", got)
	}
}

// Nothing that holds a secret, as it is or in base64, comes out with it.
func FuzzScrubber(f *testing.F) {
	f.Add("hunter2!", "before ", " after")
	f.Add("ö/+==\n\"", "", "x")
	f.Fuzz(func(t *testing.T, s, before, after string) {
		if len(s) < 6 || strings.Contains(secret.Mask, s) {
			return
		}
		scrub := secret.NewScrubber(s)
		if got := scrub.Text(before + s + after); strings.Contains(got, s) && !strings.Contains(strings.ReplaceAll(before+s+after, s, secret.Mask), s) {
			t.Errorf("%q stays in %q", s, got)
		}
		in := base64.StdEncoding.EncodeToString([]byte(before + s + after))
		if got := scrub.Text(in); len(s) >= 9 && !strings.Contains(got, secret.Mask) {
			t.Errorf("%q stays in the base64 %q", s, got)
		}
	})
}
