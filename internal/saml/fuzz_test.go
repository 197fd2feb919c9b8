package saml_test

import (
	"crypto/x509"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/saml"
)

func FuzzResponse(f *testing.F) {
	for _, a := range acceptances() {
		f.Add(a.letter.send())
	}
	for _, r := range refusals() {
		if raw := r.letter.send(); len(raw) < 16<<10 {
			f.Add(raw)
		}
	}
	for _, raw := range hostile() {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		e := expectation()
		e.ResponseSignature = true
		// Each process of the fuzzer makes its own keys: only the seeds are signed by ours.
		if a, err := saml.Check(raw, e); err != nil {
			ruleOf(t, err)
		} else if a.NameID == evil {
			t.Fatal("accepted a forgery")
		}
	})
}

var originals = sync.OnceValue(func() map[uint8][]byte {
	return map[uint8][]byte{0: signed("both").send(), 1: signed("assertion").send(), 2: signed("response").send()}
})

// FuzzEdited changes genuine responses: cut bytes out somewhere, put others
// in. Whatever is still accepted must say what the original says, to the letter.
func FuzzEdited(f *testing.F) {
	f.Add(uint8(0), uint16(10), uint16(3), "x")
	for _, part := range []string{"<!-- -->", "<![CDATA[x]]>", "<?x?>", ` ID="_a"`, "&#x6a;", " ", "\n", "\t", `xmlns:saml2="urn:x"`, "<saml2:NameID>" + evil + "</saml2:NameID>"} {
		for _, at := range []string{genuine, "<saml2:Subject>", "<ds:DigestValue>", "<saml2p:Status>"} {
			f.Add(uint8(0), uint16(strings.Index(string(originals()[0]), at)), uint16(0), part)
			f.Add(uint8(1), uint16(strings.Index(string(originals()[1]), at)+5), uint16(1), part)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, at, out uint16, in string) {
		original := originals()[which%3]
		e := expectation()
		e.ResponseSignature = true
		want, err := saml.Check(original, e)
		if err != nil {
			t.Fatal(err)
		}
		from := int(at) % len(original)
		to := min(from+int(out), len(original))
		raw := slices.Concat(original[:from], []byte(in), original[to:])
		got, err := saml.Check(raw, e)
		if err != nil {
			ruleOf(t, err)
			return
		}
		// What is not signed may change: which signatures there are.
		want.ResponseSigned, want.AssertionSigned = got.ResponseSigned, got.AssertionSigned
		same := cmp.Comparer(func(a, b *x509.Certificate) bool { return a.Equal(b) })
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Fatalf("-original +accepted\n%s", diff)
		}
	})
}

func FuzzMetadata(f *testing.F) {
	for _, s := range []string{metadata(), sealed(okta), entity(`validUntil="2026-12-01T00:00:00Z"`, role(keyDescriptor("", p256().cert)+service)), "<html>", "<!DOCTYPE x>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		idp, err := saml.ParseMetadata(raw, saml.MetadataOptions{Now: now})
		if err != nil {
			return
		}
		idp.Warnings(now)
		for _, e := range append(idp.SSO, idp.SLO...) {
			if u, err := url.Parse(e.Location); err != nil || u.Scheme != "https" || u.Host == "" {
				t.Fatalf("location %q", e.Location)
			}
		}
		if idp.EntityID == "" || len(idp.SSO) == 0 || len(idp.Certificates) == 0 {
			t.Fatalf("half an identity provider: %+v", idp)
		}
		if _, err := spOf(nil).AuthnRequest(idp, saml.SignIn{ID: "_a", Now: now}); err != nil && !idp.WantSigned {
			t.Fatal(err)
		}
	})
}

func FuzzLogout(f *testing.F) {
	sp, to := okta2(saml.Redirect, okta)
	if m, err := sp.LogoutRequest(to, signOut()); err == nil {
		f.Add(m.URL[strings.Index(m.URL, "?")+1:])
	}
	if m, err := sp.LogoutResponse(to, saml.SignedOut{ID: "_a", InResponseTo: request, Status: saml.LogoutPartial, Now: now}); err == nil {
		f.Add(m.URL[strings.Index(m.URL, "?")+1:])
	}
	f.Add(posted(nil, nil, &ink{}).Encode())
	f.Add("SAMLRequest=%&Signature=")
	f.Fuzz(func(t *testing.T, query string) {
		check := func(in saml.Incoming, err error) {
			if err == nil && in.IsResponse {
				_, err = in.Response(expectation())
			} else if err == nil {
				var got saml.LogoutRequest
				if got, err = in.Request(asked()); err == nil && got.NameID.Value != genuine {
					t.Fatalf("accepted for %q", got.NameID.Value)
				}
			}
			ruleOf(t, err)
		}
		check(saml.FromQuery(query))
		if form, err := url.ParseQuery(query); err == nil {
			check(saml.FromForm(form))
		}
	})
}

// FuzzRedirect reads what a query would hold, without the compression that
// hides it from the fuzzer.
func FuzzRedirect(f *testing.F) {
	f.Add("<samlp:LogoutRequest/>", rsaSHA256, []byte("x"))
	f.Fuzz(func(t *testing.T, message, alg string, signature []byte) {
		q := url.Values{"SAMLRequest": {b64(deflate(message))}, "SigAlg": {alg}, "Signature": {b64(signature)}}
		in, err := saml.FromQuery(q.Encode())
		if err != nil {
			ruleOf(t, err)
			return
		}
		if _, err := in.Request(asked()); err == nil {
			t.Fatal("accepted")
		}
	})
}
