package okta_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sallyport/sandbox/okta"
)

// collector is a Splunk HTTP Event Collector that can be away.
type collector struct {
	mu     sync.Mutex
	status int
	posts  int
	auth   string
	got    []object
	came   chan struct{}
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.posts++
	c.auth = r.Header.Get("Authorization")
	if c.status == http.StatusOK && r.URL.Path == "/hec/services/collector/event" {
		lines := bufio.NewScanner(r.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e object
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				c.status = http.StatusBadRequest
			}
			c.got = append(c.got, e)
		}
	}
	w.WriteHeader(c.status)
	select {
	case c.came <- struct{}{}:
	default:
	}
}

func (c *collector) set(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status = status
}

// hurried makes a tenant whose waits last a thousandth of what they should.
func hurried(opt *okta.Options) {
	opt.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d/1000, f).Stop }
}

func TestLogStream(t *testing.T) {
	x := serve(t, hurried)
	c := &collector{status: http.StatusServiceUnavailable, came: make(chan struct{}, 1)}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	made := x.post("/api/v1/logStreams", object{
		"type": "splunk_cloud_logstreaming", "name": "SIEM", "settings": object{"host": srv.URL + "/hec", "edition": "aws", "token": "11111111-2222-4333-8444-555555555555"},
	}).want(200).object()
	if at(made, "settings", "token") != nil || made["status"] != "ACTIVE" || !strings.HasPrefix(str(made, "id"), "0oa") {
		t.Errorf("stream %v", made)
	}
	path := "/api/v1/logStreams/" + str(made, "id")
	for range 3 { // it is away
		<-c.came
	}
	c.set(http.StatusOK)
	id := x.person("ann")
	wait(t, func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, e := range c.got {
			if str(e, "event", "eventType") == "user.lifecycle.create" && str(e["event"].(object)["target"].([]any)[0].(object), "id") == id {
				return true
			}
		}
		return false
	})
	c.mu.Lock()
	first := c.got[0]
	if c.auth != "Splunk 11111111-2222-4333-8444-555555555555" || str(first, "event", "eventType") != "system.log_stream.lifecycle.create" {
		t.Errorf("authorization %q, first event %v", c.auth, first)
	}
	if first["time"] != float64(x.now().Unix()) || first["host"] != "acme.okta.com" || first["sourcetype"] == "" || at(first, "event", "request", "ipChain") == nil {
		t.Errorf("%v", first)
	}
	c.mu.Unlock()

	c.set(http.StatusForbidden) // the token was taken back
	x.person("ben")
	wait(t, func() bool { return x.get(path).want(200).object()["status"] == "INACTIVE" })
	c.set(http.StatusOK)
	_, events := x.events(func() { x.post(path+"/lifecycle/activate", nil).want(200) })
	if len(events) != 1 || events[0]["eventType"] != "system.log_stream.lifecycle.activate" {
		t.Errorf("events %v", events)
	}
}

func wait(t *testing.T, until func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !until(); {
		if time.Now().After(deadline) {
			t.Fatal("it does not come")
		}
		<-time.After(time.Millisecond)
	}
}

func TestLogStreamsAPI(t *testing.T) {
	x := serve(t)
	aws := object{"type": "aws_eventbridge", "name": "Archive", "settings": object{"accountId": "123456789012", "eventSourceName": "archive", "region": "eu-west-3"}}
	id := str(x.post("/api/v1/logStreams", aws).want(200).object(), "id")
	path := "/api/v1/logStreams/" + id
	splunk := func(host string) object {
		return object{"type": "splunk_cloud_logstreaming", "name": host, "settings": object{"host": host, "edition": "aws", "token": "t"}}
	}
	for name, in := range map[string]object{
		"no name":            {"type": "aws_eventbridge", "name": " ", "settings": aws["settings"]},
		"a name twice":       aws,
		"an unknown type":    {"type": "carrier_pigeon", "name": "x"},
		"no account":         {"type": "aws_eventbridge", "name": "x", "settings": object{}},
		"no host":            splunk(""),
		"a host with a path": splunk("acme.splunkcloud.com/x"),
		"http to elsewhere":  splunk("http://acme.splunkcloud.com"),
	} {
		t.Run(name, func(t *testing.T) { x.in(t).post("/api/v1/logStreams", in).fails(400, "E0000001") })
	}
	x.post("/api/v1/logStreams", splunk("acme.splunkcloud.com")).want(200)
	if got := x.get("/api/v1/logStreams").want(200).list(); len(got) != 2 {
		t.Errorf("%d streams", len(got))
	}
	x.as(x.org.ReadOnlyToken()).get("/api/v1/logStreams").fails(403, "E0000006")
	x.get("/api/v1/logStreams/none").fails(404, "E0000007")
	x.del(path).fails(403, "E0000056")
	if got := x.call("PUT", path, object{"type": "aws_eventbridge", "name": "Archive 2", "settings": aws["settings"]}).want(200).object(); got["name"] != "Archive 2" {
		t.Errorf("%v", got)
	}
	x.call("PUT", path, object{"type": "aws_eventbridge", "name": "Archive", "settings": object{"accountId": "1", "eventSourceName": "archive", "region": "eu-west-3"}}).fails(400, "E0000001")
	types, _ := x.events(func() {
		x.post(path+"/lifecycle/deactivate", nil).want(200)
		x.post(path+"/lifecycle/deactivate", nil).want(200) // again changes nothing
		x.del(path).want(204)
	})
	if len(types) != 2 || types[0] != "system.log_stream.lifecycle.deactivate" || types[1] != "system.log_stream.lifecycle.delete" {
		t.Errorf("events %v", types)
	}
}
