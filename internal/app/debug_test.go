package app_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"sallyport/internal/app"
	"sallyport/internal/config"
	"sallyport/internal/errs"
)

// Profiles are served on the address that was named, and never where other machines
// could ask for them: memory holds secrets.
func TestProfiles(t *testing.T) {
	for address, fine := range map[string]bool{"0.0.0.0:0": false, "profiles.example:6060": false, "127.0.0.1:0": true} {
		t.Run(address, func(t *testing.T) {
			heard := &lines{found: make(chan string, 1), want: "profiles are served"}
			conf := config.Default()
			conf.DataDir, conf.Listen, conf.Profiles, conf.Log.Format = t.TempDir(), "127.0.0.1:0", address, "text"
			a, err := app.New(t.Context(), app.Options{Config: conf, Log: conf.Log.Logger(heard)})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			ran := make(chan error, 1)
			go func() { ran <- a.Run(ctx) }()
			if !fine {
				if err := <-ran; errs.KindOf(err) != errs.Invalid {
					t.Errorf("it ran, and ended with %v", err)
				}
				return
			}
			line := <-heard.found
			if resp, err := http.Get("http://" + a.Addr.String() + "/healthz"); err == nil { // it has begun
				_ = resp.Body.Close()
			}
			_, at, _ := strings.Cut(strings.TrimSpace(line), "addr=")
			resp, err := http.Get("http://" + at + "/debug/pprof/heap?debug=1")
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("the heap's profile answers %s", resp.Status)
			}
			stop()
			if err := <-ran; err != nil {
				t.Error(err)
			}
		})
	}
}

// lines hands on the first line of a log with some words in it.
type lines struct {
	want  string
	found chan string
}

func (l *lines) Write(p []byte) (int, error) {
	if strings.Contains(string(p), l.want) {
		select {
		case l.found <- string(p):
		default:
		}
	}
	return len(p), nil
}
