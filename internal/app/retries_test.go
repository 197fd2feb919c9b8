package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"sallyport/internal/store/storetest"
)

// flaky takes webhooks, and goes wrong the first time in a way that the path says.
type flaky struct {
	mu         sync.Mutex
	deliveries map[string][]string // by path
	broken     bool                // it refuses everything
}

func (f *flaky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.deliveries[r.URL.Path] = append(f.deliveries[r.URL.Path], r.Header.Get("X-Sallyport-Delivery"))
	switch first := len(f.deliveries[r.URL.Path]) == 1; {
	case f.broken:
		http.Error(w, "no", http.StatusForbidden)
	case first && r.URL.Path == "/error":
		http.Error(w, "oh", http.StatusInternalServerError)
	case first && r.URL.Path == "/limited":
		w.Header().Set("Retry-After", "6")
		http.Error(w, "slow down", http.StatusTooManyRequests)
	case first && r.URL.Path == "/lost":
		panic(http.ErrAbortHandler) // it has it, and the answer breaks off
	}
}

func (f *flaky) all(path string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.deliveries[path]
}

// channelState is a channel as the API shows it.
type channelState struct {
	Error  string
	SentAt string
	Recent []struct {
		State    string
		Attempts int
	}
}

// A channel that does not work for a moment is tried again, and told once it works;
// a test of it is tried once, and says what went wrong.
func TestChannelsAreTriedAgain(t *testing.T) {
	storetest.EachDSN(t, func(t *testing.T, dsn string) {
		w := startWatch(t, dsn)
		f := &flaky{deliveries: map[string][]string{}}
		program := httptest.NewServer(f)
		t.Cleanup(program.Close)
		channels := map[string]string{}
		for _, path := range []string{"/error", "/limited", "/lost", "/well"} {
			var conn struct{ ID string } // each its own: one that is limited waits for itself alone
			if status := w.api.ask(0, "POST", "/api/v1/connections", object{
				"connector": "http", "name": "Program " + path, "auth": "none", "settings": object{"base_url": program.URL},
			}, &conn); status != http.StatusCreated {
				t.Fatalf("connection: %d", status)
			}
			channels[path] = w.channel("Program "+path, conn.ID, []string{path}, nil)
		}
		w.deny("d1", "ada")
		for path, id := range channels {
			attempts := 2
			if path == "/well" {
				attempts = 1
			}
			var shown channelState
			w.until(path+" is told", func() bool {
				shown = channelState{}
				w.api.ask(0, "GET", "/api/v1/channels/"+id, nil, &shown)
				return len(shown.Recent) == 1 && shown.Recent[0].State == "sent" && shown.Error == "" && shown.SentAt != ""
			})
			got := f.all(path)
			if len(got) != attempts || got[0] == "" || got[0] != got[len(got)-1] {
				t.Errorf("%s got the deliveries %q: %+v", path, got, shown)
			}
		}
		well := channels["/well"]
		test := func(ok bool, says string) {
			t.Helper()
			var out struct {
				OK      bool
				Message string
			}
			before := len(f.all("/well"))
			if status := w.api.ask(0, "POST", "/api/v1/channels/"+well+"/test", nil, &out); status != http.StatusOK || out.OK != ok || !strings.Contains(out.Message, says) {
				t.Errorf("test: %d %+v", status, out)
			}
			if n := len(f.all("/well")) - before; n != 1 {
				t.Errorf("a test sends %d messages", n)
			}
			var shown channelState
			if w.api.ask(0, "GET", "/api/v1/channels/"+well, nil, &shown); (shown.Error == "") != ok || len(shown.Recent) != 1 {
				t.Errorf("after the test: %+v", shown)
			}
		}
		test(true, "was sent")
		f.mu.Lock()
		f.broken = true
		f.mu.Unlock()
		test(false, "403")
		var none object
		if status := w.api.ask(0, "POST", "/api/v1/channels/none/test", nil, &none); status != http.StatusNotFound {
			t.Errorf("a channel that is not there: %d", status)
		}
	})
}
