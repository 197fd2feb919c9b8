package connector_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sallyport/internal/connector"
)

const ownFile = `connector: own_a
title: A
auth: [{ kind: bearer }]
settings: { base_url: { default: "https://h.example" } }
base_url: "{{ settings.base_url }}"
actions:
  get: { effect: read, repeat: safe, request: { method: GET, path: /a } }
`

// kept are definitions in memory.
type kept struct {
	edition string
	texts   map[string]map[string]string
	err     error
	asked   int
}

func (k *kept) Edition(context.Context, string) (string, error) {
	k.asked++
	return k.edition, k.err
}

func (k *kept) Definitions(_ context.Context, org string) (map[string]string, error) {
	return k.texts[org], k.err
}

func TestOwnConnectors(t *testing.T) {
	base, err := connector.Load(fstest.MapFS{"connectors/desk.yaml": {Data: []byte(strings.ReplaceAll(ownFile, "own_a", "desk"))}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	k := &kept{edition: "1", texts: map[string]map[string]string{"acme": {"own_a": ownFile, "own_broken": "a: ["}}}
	shelf := base.WithOwn(k, func() time.Time { return now })
	has := func(org, id string, want bool) {
		t.Helper()
		if _, ok := shelf.Of(org, id); ok != want {
			t.Errorf("%s sees %s: %v", org, id, ok)
		}
	}
	has("acme", "desk", true)
	if k.asked != 0 {
		t.Error("what is built in asks the database")
	}
	has("acme", "own_a", true)
	has("acme", "own_broken", false)
	has("evil", "own_a", false)
	has("", "own_a", false)
	if n := len(shelf.For("acme").All()); n != 2 {
		t.Errorf("acme sees %d", n)
	}
	if n := len(shelf.All()); n != 1 {
		t.Errorf("nobody sees %d", n)
	}

	asked := k.asked
	has("acme", "own_a", true)
	if k.asked != asked {
		t.Error("it asks every time")
	}
	k.edition, k.texts["acme"] = "2", nil
	has("acme", "own_a", true) // for a moment
	shelf.Changed("acme")
	has("acme", "own_a", false)
	k.edition, k.texts["acme"] = "3", map[string]string{"own_a": ownFile}
	now = now.Add(3 * time.Second) // another server changed it
	has("acme", "own_a", true)
	k.err = errors.New("no database")
	now = now.Add(3 * time.Second)
	has("acme", "own_a", true)
	if _, err := connector.Load(fstest.MapFS{"connectors/own_a.yaml": {Data: []byte(ownFile)}}); err == nil || !strings.Contains(err.Error(), "own_") {
		t.Errorf("one that is built in has such a name: %v", err)
	}
}

func TestLeadsElsewhere(t *testing.T) {
	for name, tt := range map[string]struct {
		change []string // old and new texts
		want   bool
	}{
		"another path":            {[]string{"path: /a", "path: /b"}, false},
		"another title":           {[]string{"title: A", "title: B"}, false},
		"another default":         {[]string{`default: "https://h.example"`, `default: "https://i.example"`}, false},
		"another base":            {[]string{`base_url: "{{ settings.base_url }}"`, "base_url: https://evil.example"}, true},
		"an address of a request": {[]string{"path: /a", "path: /a, base_url: https://evil.example"}, true},
		"a setting made another":  {[]string{`{ default: "https://h.example" }`, `{ default: "https://h.example", normalize: '"https://evil.example"' }`}, true},
		"tokens had somewhere":    {[]string{"kind: bearer", "kind: oauth2_client_credentials, token_url: https://evil.example"}, true},
		"several, one of its own": {[]string{"request: { method: GET, path: /a }", "requests: [{ request: { method: GET, url: https://evil.example/ } }]"}, true},
		"nothing":                 {[]string{"", ""}, false},
	} {
		if got := connector.LeadsElsewhere(ownFile, strings.NewReplacer(tt.change...).Replace(ownFile)); (got != "") != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
