// Command fidelity measures how the simulated Okta org answers what was
// recorded from real orgs: it replays the recordings and prints how many
// stories, statuses and structures come out equal.
//
// It prints four figures. Three are of Okta: all recordings against one org as it comes, which
// is what any other replayer of the same rules finds; the recordings that
// still have their request bodies, against the same org; and those against an
// org that has the features of the one that was recorded. The fourth is of the
// simulated Auth0 tenant, on recordings of a real one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"sallyport/sandbox/okta"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// options are the flags.
type options struct {
	corpus, spec, paths, url, token string
	auth0                           string
	verbose, serve                  bool
	features                        okta.Features
}

func run(ctx context.Context, args []string, out, errs io.Writer) int {
	var o options
	flags := flag.NewFlagSet("fidelity", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&o.corpus, "corpus", "", "recordings (found beside the checkout when empty)")
	flags.StringVar(&o.spec, "spec", "", "Okta's OpenAPI description (likewise)")
	flags.StringVar(&o.auth0, "auth0", "", "folder of recordings of Auth0 (likewise); \"none\" leaves them out")
	flags.StringVar(&o.paths, "paths", "/api/v1/users,/api/v1/groups,/.well-known", "prefixes of the paths of a story")
	flags.StringVar(&o.url, "url", "", "replay against this server instead of one of its own")
	flags.StringVar(&o.token, "token", "", "API token for -url")
	flags.BoolVar(&o.features.Governance, "governance", false, "the org has Identity Governance")
	flags.BoolVar(&o.features.ResetFactors, "reset-factors", false, "the org shows the resetFactors link")
	flags.BoolVar(&o.features.VerifiedEmails, "verified-emails", false, "the org shows verified emails")
	flags.BoolVar(&o.verbose, "v", false, "print what differs")
	flags.BoolVar(&o.serve, "serve", false, "only start an org, and print its URL and token")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if err := o.run(ctx, out); err != nil {
		fmt.Fprintln(errs, "fidelity:", err)
		return 1
	}
	return 0
}

func (o options) run(ctx context.Context, out io.Writer) error {
	if o.serve {
		s, err := start(ctx, o.features)
		if err != nil {
			return err
		}
		defer s.stop()
		fmt.Fprintln(out, s.base, s.AdminToken())
		<-ctx.Done()
		return nil
	}
	results, err := o.measure(ctx)
	if err != nil {
		return err
	}
	if o.auth0 != "none" && o.url == "" {
		folder, err := or(o.auth0, auth0Folder)
		if err != nil {
			return err
		}
		r, err := measureAuth0(ctx, folder)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	for _, r := range results {
		r.print(out, o.verbose)
	}
	return nil
}

// result is a score with its name.
type result struct {
	name string
	score
}

// measure replays the recordings in every way.
func (o options) measure(ctx context.Context) ([]result, error) {
	corpus, err := or(o.corpus, "corpus/okta-recorded/okta-recorded.jsonl.gz")
	if err != nil {
		return nil, err
	}
	all, err := load(corpus, strings.Split(o.paths, ","))
	if err != nil {
		return nil, err
	}
	if o.url != "" {
		p := &player{base: strings.TrimSuffix(o.url, "/"), token: o.token, client: client()}
		defer p.client.CloseIdleConnections()
		return []result{{"as one org", p.play(ctx, all)}}, nil
	}
	spec, err := or(o.spec, "specs/okta/okta-management.yaml")
	if err != nil {
		return nil, err
	}
	whole, err := complete(spec, all)
	if err != nil {
		return nil, err
	}
	var out []result
	for _, way := range []struct {
		name    string
		stories []story
		alike   bool
	}{
		{"all recordings, one org", all, false},
		{"recordings with request bodies, one org", whole, false},
		{"recordings with request bodies, features as recorded", whole, true},
	} {
		s, err := start(ctx, o.features)
		if err != nil {
			return nil, err
		}
		p := &player{base: s.base, token: s.AdminToken(), client: client()}
		if way.alike {
			p.before = func(x story) { s.SetFeatures(x.features()) }
		}
		out = append(out, result{way.name, p.play(ctx, way.stories)})
		p.client.CloseIdleConnections()
		s.stop()
	}
	return out, nil
}

func client() *http.Client {
	return &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
}

// or returns a path that was given, or the one of a shared file.
func or(path, shared string) (string, error) {
	if path != "" {
		return path, nil
	}
	return locate(shared)
}

// server is an org on loopback.
type server struct {
	*okta.Org
	base string
	http *http.Server
	done chan struct{}
}

// start serves a new org.
func start(ctx context.Context, features okta.Features) (*server, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &server{base: "http://" + l.Addr().String(), done: make(chan struct{})}
	if s.Org, err = okta.New(okta.Options{BaseURL: s.base, Features: features}); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.http = &http.Server{Handler: s.Org, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // ends with ErrServerClosed
	}()
	return s, nil
}

func (s *server) stop() {
	_ = s.http.Close() // of connections that nobody uses any more
	<-s.done
	s.Close()
}

func (r result) print(w io.Writer, verbose bool) {
	percent := func(n, of int) float64 {
		if of == 0 {
			return 0
		}
		return 100 * float64(n) / float64(of)
	}
	fmt.Fprintf(w, "%s\n  stories    %4d of %4d  %5.1f %%\n  statuses   %4d of %4d  %5.1f %%\n  structures %4d of %4d  %5.1f %%\n", r.name,
		r.StoriesOK, r.Stories, percent(r.StoriesOK, r.Stories), r.Statuses, r.Requests, percent(r.Statuses, r.Requests),
		r.Shapes, r.Requests, percent(r.Shapes, r.Requests))
	if !verbose {
		return
	}
	misses := make([]string, 0, len(r.misses))
	for m := range r.misses {
		misses = append(misses, m)
	}
	slices.SortFunc(misses, func(a, b string) int {
		if n := r.misses[b] - r.misses[a]; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for _, m := range misses {
		fmt.Fprintf(w, "  %4d  %s\n", r.misses[m], m)
	}
}
