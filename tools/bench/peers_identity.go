package main

import (
	"context"
	"crypto/x509"
	_ "embed" // for the server around Jackson
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sallyport/sandbox/okta/samlidp"
)

// jacksonServer is Jackson, a library, behind Node's own HTTP server: less than its
// service does around it.
//
//go:embed jackson.cjs
var jacksonServer string

// idp is an identity provider that answers with both signatures, as Okta does.
type idp struct {
	key      samlidp.Key
	metadata string
	serial   atomic.Int64 // of its answers
}

const idpEntity = "http://www.okta.com/exkbench"

func newIDP() (*idp, error) {
	key, err := samlidp.NewKey("bench", time.Now().Add(-24*time.Hour).UTC().Truncate(time.Second), 10)
	if err != nil {
		return nil, err
	}
	m, err := samlidp.Metadata{EntityID: idpEntity, SSO: "https://bench.okta.example/sso", Certificates: []*x509.Certificate{key.Certificate}}.XML()
	return &idp{key: key, metadata: string(m)}, err
}

// says are so many answers about somebody that nobody asked for.
func (p *idp) says(n int, acs, audience string) ([]string, error) {
	out := make([]string, n)
	for i := range out {
		id, now := fmt.Sprintf("id%d", 1_000_000+p.serial.Add(1)), time.Now()
		raw, err := samlidp.Response{
			ID: id, AssertionID: id + "a", Issuer: idpEntity, Destination: acs, Recipient: acs, Audience: audience, NameID: "bench@acme.example", SessionIndex: id + "s",
			AuthnContext: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport", AuthnInstant: now, Now: now, Key: p.key, SignResponse: true, SignAssertion: true,
			Attributes: []samlidp.Attribute{
				{Name: "firstName", Values: []string{"Sam"}},
				{Name: "lastName", Values: []string{"Stone"}},
				{Name: "email", Values: []string{"bench@acme.example"}},
				{Name: "id", Values: []string{"00u1"}},
				{Name: "groups", Values: []string{"Admins"}},
			},
		}.XML()
		if err != nil {
			return nil, err
		}
		out[i] = url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(raw)}}.Encode()
	}
	return out, nil
}

// identity is a product that people are provisioned to and sign in to.
type identity struct {
	*rival
	scim           *pusher
	acs, audience  string
	page           string // what of a page it gives
	patched, moved int    // statuses of a PATCH and of a sign-in that was taken
}

// identityPeers has the same identity provider provision people to, and sign them
// in to, each product.
func (b bench) identityPeers(ctx context.Context) ([]figure, error) {
	p, err := newIDP()
	if err != nil {
		return nil, err
	}
	var out []figure
	for _, begin := range []func(context.Context, string, *idp) (*identity, error){b.sallyportIdentity, b.jackson} {
		dir, err := os.MkdirTemp("", "peer")
		if err != nil {
			return out, err
		}
		who, err := begin(ctx, dir, p)
		if err == nil {
			var got []figure
			got, err = b.identityPeer(ctx, who, p)
			out = append(out, got...)
			who.stop()
		}
		_ = os.RemoveAll(dir)
		if ctx.Err() != nil {
			return out, err
		} else if err != nil { // what the others do is worth knowing all the same
			b.say("not measured to the end: %v", err)
		}
	}
	return out, nil
}

func (b bench) identityPeer(ctx context.Context, who *identity, p *idp) ([]figure, error) {
	n := min(b.users, 2000)
	said, err := p.says(n/3, who.acs, who.audience)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: who.scim.http.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	ids := make([]string, n)
	var out []figure
	for _, job := range []struct {
		name, note string
		n          int
		do         func(ctx context.Context, i int) error
	}{
		{"SCIM: create a user", "", n, func(ctx context.Context, i int) error { return who.scim.create(ctx, i, ids) }},
		{"SCIM: look-up by userName", "", 2 * n, func(ctx context.Context, i int) error {
			return who.scim.ask(ctx, 200, http.MethodGet, "/Users?filter="+url.QueryEscape(fmt.Sprintf(`userName eq "u%d@x.example"`, i*7919%n))+"&startIndex=1&count=100", "", nil)
		}},
		{"SCIM: page of 100", who.page, n / 4, func(ctx context.Context, i int) error {
			return who.scim.ask(ctx, 200, http.MethodGet, fmt.Sprintf("/Users?startIndex=%d&count=100", 1+100*(i%10)), "", nil)
		}},
		{"SCIM: PATCH, inactive", "", n, func(ctx context.Context, i int) error {
			return who.scim.ask(ctx, who.patched, http.MethodPatch, "/Users/"+ids[i], patchOf(`{"op":"replace","value":{"active":false}}`), nil)
		}},
		{"SAML: answer of the identity provider", "", len(said), func(ctx context.Context, i int) error { return signInBy(ctx, client, who, said[i]) }},
	} {
		f, err := who.timed(ctx, job.n, job.do)
		if err != nil {
			return out, fmt.Errorf("%s: %s: %w", who.name, job.name, err)
		}
		f.Job, f.Product, f.Note = job.name, who.name, job.note
		b.say("%s: %s: %.0f/s, p50 %.1f ms, p99 %.1f ms, %.2f ms of CPU each, %d MB", f.Product, f.Job, f.Rate, f.P50, f.P99, f.CPU, f.Memory)
		out = append(out, f)
	}
	return out, nil
}

func signInBy(ctx context.Context, client *http.Client, who *identity, form string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, who.acs, strings.NewReader(form))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if to := resp.Header.Get("Location"); resp.StatusCode != who.moved || strings.Contains(to, "error") {
		return fmt.Errorf("status %s, to %q", resp.Status, to)
	}
	return nil
}

// timed has n things done by some clients at once.
func (p *rival) timed(ctx context.Context, n int, do func(ctx context.Context, i int) error) (figure, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	took, failed := make([]time.Duration, n), make([]error, scimClients)
	before, _ := p.usage()
	began := time.Now()
	for c := range scimClients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed[c] == nil; i = int(next.Add(1)) - 1 {
				at := time.Now()
				failed[c] = do(ctx, i)
				took[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	all := time.Since(began)
	after, memory := p.usage()
	slices.Sort(took)
	return figure{
		Rate: float64(n) / all.Seconds(), P50: ms(took[n/2]), P99: ms(took[n*99/100]), CPU: ms(after-before) / float64(n), Memory: memory,
	}, errors.Join(failed...)
}

func (b bench) sallyportIdentity(ctx context.Context, dir string, p *idp) (*identity, error) {
	v, err := b.serve(ctx, dir, "", "scim_rate: 1000000")
	if err != nil {
		return nil, err
	}
	who := &identity{rival: &rival{name: "Sallyport", cmd: v.cmd}, acs: v.base + "/saml/default/acs", audience: v.base + "/saml/default", patched: http.StatusNoContent, moved: http.StatusSeeOther, page: "100 users"}
	var key struct {
		Secret string `json:"secret"`
	}
	draft, err := json.Marshal(map[string]any{"metadata": p.metadata, "exempt": []string{"bench@acme.example"}, "roles": []any{map[string]any{"role": "admin", "groups": []string{"Admins"}}}})
	if err == nil {
		err = errors.Join(v.api.do(ctx, http.MethodPost, "/scim/secret", `{}`, &key), v.api.do(ctx, http.MethodPut, "/sso/draft", string(draft), nil), v.api.do(ctx, http.MethodPost, "/sso/save", `{"override":true}`, nil))
	}
	if err != nil {
		who.stop()
		return nil, err
	}
	who.scim = &pusher{base: v.base + "/scim/v2", secret: key.Secret, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: scimClients}}}
	return who, nil
}

func (b bench) jackson(ctx context.Context, dir string, p *idp) (*identity, error) {
	addr, err := freeAddr(ctx)
	if err != nil {
		return nil, err
	}
	in, err := filepath.Abs(b.peerDir("jackson"))
	if err != nil {
		return nil, err
	}
	program, metadata := filepath.Join(in, "serve.cjs"), filepath.Join(dir, "metadata.xml")
	if err := errors.Join(os.WriteFile(program, []byte(jacksonServer), 0o600), os.WriteFile(metadata, []byte(p.metadata), 0o600)); err != nil {
		return nil, err
	}
	base := "http://" + addr
	who := &identity{
		rival: &rival{name: "Jackson"}, acs: base + "/acs", audience: "https://saml.boxyhq.com", patched: http.StatusOK, moved: http.StatusFound, page: "50 users: its pages have no more",
		scim: &pusher{http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: scimClients}}},
	}
	env := []string{"ADDR=" + addr, "DATA=" + filepath.Join(dir, "jackson.db"), "METADATA=" + metadata, "NODE_ENV=production", "DO_NOT_TRACK=1"}
	if err := startPeer(ctx, who.rival, in, base+"/state", env, "node", program); err != nil {
		return nil, err
	}
	var state struct{ Base, Secret string }
	if err := (control{base: base}).get(ctx, "/state", &state); err != nil {
		who.stop()
		return nil, err
	}
	who.scim.base, who.scim.secret = base+state.Base, state.Secret
	return who, nil
}
