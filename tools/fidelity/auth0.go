package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/auth0"
)

// auth0Folder is where recordings of a real Auth0 tenant are: of its own
// command line tool, which reads and writes all of a tenant's settings.
const auth0Folder = "corpus/auth0-recorded/deploy-cli-recordings"

// auth0Exchange is a recorded request and its answer.
type auth0Exchange struct {
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Body     json.RawMessage `json:"body"`
	Status   int             `json:"status"`
	Response any             `json:"response"`
}

// auth0Missing are scopes that the recorded client did not have, as its
// answers say.
func auth0Missing() []string {
	return []string{"read:directory_provisionings", "read:organization_clients", "read:rate_limit_policies"}
}

// loadAuth0 reads the recordings of a folder, each a story of its own.
func loadAuth0(folder string) ([][]auth0Exchange, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("read recordings of Auth0 in %s: %w", folder, errors.Join(err, os.ErrNotExist))
	}
	var out [][]auth0Exchange
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("read a recording of Auth0: %w", err)
		}
		var story []auth0Exchange
		if err := json.Unmarshal(b, &story); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Base(f), err)
		}
		out = append(out, story)
	}
	return out, nil
}

// measureAuth0 replays every recording on a tenant of its own, which has from
// the start what the recorded one had.
func measureAuth0(ctx context.Context, folder string) (result, error) {
	stories, err := loadAuth0(folder)
	if err != nil {
		return result{}, err
	}
	total := score{misses: map[string]int{}}
	for _, story := range stories {
		if err := replayAuth0(ctx, story, &total); err != nil {
			return result{}, err
		}
	}
	return result{"Auth0, recordings of a whole tenant", total}, nil
}

// replayAuth0 replays one recording.
func replayAuth0(ctx context.Context, story []auth0Exchange, total *score) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	base := "http://" + l.Addr().String()
	t := auth0.New(auth0.Options{BaseURL: base, Bare: true})
	defer t.Close()
	server := &http.Server{Handler: t, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l) // ends with ErrServerClosed
	}()
	defer func() {
		_ = server.Close() // of connections that nobody uses any more
		<-served
	}()
	for path, objects := range possessions(story) {
		if err := t.Furnish(path, objects); err != nil {
			return err
		}
	}
	p := &auth0Player{base: base, client: client()}
	defer p.client.CloseIdleConnections()
	if err := p.enter(ctx, t); err != nil {
		return err
	}
	total.Stories++
	if p.play(ctx, story, total) {
		total.StoriesOK++
	}
	return nil
}

// possessions returns what a recorded tenant had before the recording made
// anything: what its lists show and no request has made.
func possessions(story []auth0Exchange) map[string][]map[string]any { //nolint:gocyclo // one pass over a recording, case by case
	made := map[any]bool{}
	out := map[string][]map[string]any{}
	nouns := auth0.Shelves()
	single := map[string]bool{}
	put := func(path string, x any) {
		d, is := x.(map[string]any)
		if !is || made[identity(d)] {
			return
		}
		i := slices.IndexFunc(out[path], func(y map[string]any) bool { return identity(y) == identity(d) })
		if i < 0 {
			out[path] = append(out[path], maps.Clone(d))
			return
		}
		for k, v := range d { // an object by itself has more than in a list
			if _, has := out[path][i][k]; !has {
				out[path][i][k] = v
			}
		}
	}
	shows := func(x auth0Exchange) {
		path, _, _ := strings.Cut(strings.TrimPrefix(x.Path, "/api/v2"), "?")
		d, _ := x.Response.(map[string]any)
		if (path == "/tenants/settings" || path == "/branding" || path == "/emails/provider") && !single[path] {
			single[path] = true
			out[path] = []map[string]any{maps.Clone(d)}
		}
		if noun, is := nouns[path]; is {
			list, bare := x.Response.([]any)
			if !bare {
				list, _ = d[noun].([]any)
			}
			for _, y := range list {
				put(path, y)
			}
			return
		}
		if at := path[:max(0, strings.LastIndex(path, "/"))]; nouns[at] != "" && identity(d) != "" {
			put(at, d)
		}
	}
	for _, x := range story {
		if d, is := x.Response.(map[string]any); is && x.Method == http.MethodPost && x.Status < 300 {
			made[identity(d)] = true
		}
		if x.Method == http.MethodGet && x.Status == http.StatusOK {
			shows(x)
		}
	}
	slices.SortStableFunc(out["/clients"], func(a, b map[string]any) int { // the one that stands for all comes last
		return strings.Compare(fmt.Sprint(a["global"]), fmt.Sprint(b["global"]))
	})
	return out
}

// identity is the id of an object.
func identity(d map[string]any) string {
	for _, k := range []string{"client_id", "id", "template"} {
		if k == "client_id" && (d["audience"] != nil || d["credential_type"] != nil) {
			continue
		}
		if s, is := d[k].(string); is {
			return s
		}
	}
	return ""
}

// auth0Player sends recorded requests.
type auth0Player struct {
	base, token string
	client      *http.Client
	known       idMap
}

// enter gets a token with the scopes of the recorded client.
func (p *auth0Player) enter(ctx context.Context, t *auth0.Tenant) error {
	id, secret := t.Credentials()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}, "audience": {p.base + "/api/v2/"}}
	var got struct {
		AccessToken string `json:"access_token"`
		Scope       string `json:"scope"`
	}
	for range 2 {
		status, body := p.send(ctx, http.MethodPost, "/oauth/token", []byte(form.Encode()), "application/x-www-form-urlencoded")
		if status != http.StatusOK || json.Unmarshal(body, &got) != nil {
			return fmt.Errorf("get a token: answered %d %s", status, body)
		}
		form.Set("scope", strings.Join(slices.DeleteFunc(strings.Fields(got.Scope), func(s string) bool { return slices.Contains(auth0Missing(), s) }), " "))
	}
	p.token = got.AccessToken
	return nil
}

func (p *auth0Player) send(ctx context.Context, method, path string, body []byte, kind string) (int, []byte) {
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	req.Header.Set("Authorization", "Bearer "+p.token)
	if len(body) > 0 {
		req.Header.Set("Content-Type", kind)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(resp.Body); err != nil {
		return 0, nil
	}
	return resp.StatusCode, b.Bytes()
}

// play replays the requests and says whether all statuses were equal.
func (p *auth0Player) play(ctx context.Context, story []auth0Exchange, total *score) bool {
	all := true
	for _, x := range story {
		body := []byte(x.Body)
		if string(body) == `""` || string(body) == "null" {
			body = nil
		}
		status, text := p.send(ctx, x.Method, p.known.substitute(x.Path), []byte(p.known.substitute(string(body))), "application/json")
		total.Requests++
		op := auth0Operation(x)
		if status == x.Status {
			total.Statuses++
		} else {
			all = false
			total.misses[fmt.Sprintf("%s want %d got %d", op, x.Status, status)]++
			continue
		}
		want := x.Response
		if want == "" {
			want = nil
		}
		got, err := parse(string(text))
		if err != nil {
			total.misses[op+" no JSON"]++
			continue
		}
		if x.Method == http.MethodPost {
			learnAuth0(want, got, &p.known)
		}
		diffs := compare(want, got, "")
		if len(diffs) == 0 {
			total.Shapes++
		}
		for _, d := range diffs {
			total.misses[op+" "+d]++
		}
	}
	return all
}

// learnAuth0 notes the ids of what was made.
func learnAuth0(want, got any, m *idMap) {
	w, _ := want.(map[string]any)
	g, _ := got.(map[string]any)
	for _, k := range []string{"id", "client_id"} {
		a, is := w[k].(string)
		b, was := g[k].(string)
		if is && was && a != b {
			m.put(a, b)
		}
	}
}

var auth0ID = regexp.MustCompile(`/([a-z]{2,4}_[A-Za-z0-9]{16,}|[A-Za-z0-9]{32}|[0-9a-f]{8}-[0-9a-f-]{27})`)

// auth0Operation names a request without its ids and parameters.
func auth0Operation(x auth0Exchange) string {
	path, _, _ := strings.Cut(x.Path, "?")
	return x.Method + " " + auth0ID.ReplaceAllString(path, "/{id}")
}
