package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"sallyport/internal/connector"
	"sallyport/internal/event"
	"sallyport/internal/flow"
	"sallyport/internal/id"
	"sallyport/internal/portal"
	"sallyport/internal/store"
	"sallyport/internal/value"
)

// reads is what the runner reads beside its journal.
type reads struct{ db *store.DB }

func (r reads) Connection(ctx context.Context, org, id string) (connector.Connection, error) {
	c, err := r.db.Connections.Get(ctx, org, id)
	return c.Connection, err
}

func (r reads) Event(ctx context.Context, org, uuid string) (event.Event, error) {
	return r.db.Events.Get(ctx, org, uuid)
}

func (r reads) TableRows(ctx context.Context, org string, c flow.Change) (*value.Object, []string, error) {
	out, err := r.db.Tables.Read(ctx, org, c)
	return out, nil, err
}

// work has runs worked until the test ends, and announced as app does.
func (b *bench) work() {
	b.t.Helper()
	b.workAs(func(r *flow.Runner) {
		r.Changed = func(org, run, flowID string, s flow.State) { b.deps.Live.Publish(org, RunChanged(run, "", s)) }
		r.Answered = func(org, run, flowID string) { b.deps.Live.Publish(org, RunChanged(run, flowID, flow.Running)) }
	})
}

// workAs has runs worked until the test ends; of a runner as it is made here the
// API hears nothing, as of one on another server.
func (b *bench) workAs(change func(*flow.Runner)) {
	b.t.Helper()
	engine := b.deps.Engine.(*connector.Engine)
	r := &flow.Runner{
		Store: b.db.Runs, Library: b.deps.Library, Catalogue: b.deps.Catalogue, Gate: b.deps.Guard, Caller: engine, Sources: reads{b.db}, Keys: b.keys,
		Now: b.now, Log: b.deps.Log,
	}
	change(r)
	w, err := b.db.StartWorkers(b.t.Context(), store.WorkerOptions{Workers: 4, Run: r.Work, Log: b.deps.Log})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := w.Stop(context.Background()); err != nil {
			b.t.Error(err)
		}
	})
}

// ended waits until a run has ended, as the live stream says, and returns it.
func (b *bench) ended(c *client, run string) *value.Object {
	b.t.Helper()
	s := c.live(nil)
	defer s.close()
	for {
		got := c.get("/api/v1/runs/"+run, 200)
		if flow.State(got.Text("state")).Ended() {
			return got
		}
		s.next("run")
	}
}

// bind a flow of a YAML, in a folder of its own, switched on.
func (b *bench) on(c *client, yaml string, patch *value.Object) string {
	b.t.Helper()
	b.folders++
	made := c.post("/api/v1/flows", value.Map("folder", b.folder(c, fmt.Sprint("folder ", b.folders)), "yaml", yaml), 201)
	c.post("/api/v1/flows/"+made.Text("id")+"/publish", value.Map(), 200)
	c.do(http.MethodPatch, "/api/v1/flows/"+made.Text("id"), patch.With("enabled", true), 200)
	return made.Text("id")
}

func TestRunOnDemand(t *testing.T) {
	for name, saveData := range map[string]bool{"with its data kept": true, "with its data sealed": false} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.work()
			c := b.admin()
			path := "/api/v1/flows/" + b.on(c, greeting, value.Map("saveData", saveData)) + "/run"
			for field, inputs := range map[string]*value.Object{
				"inputs.name": value.Map(), "inputs.times": value.Map("name", "x", "times", "often"), "inputs.nope": value.Map("name", "x", "nope", 1.0),
			} {
				if got := failure(c.post(path, value.Map("inputs", inputs), 400)); got.Text("field") != field {
					t.Errorf("%s: %s", field, value.JSON(got))
				}
			}
			if got := failure(c.post(path, value.Map("event", "x", "inputs", value.Map("name", "x")), 400)); got.Text("field") != "event" {
				t.Errorf("%s", value.JSON(got))
			}
			run := c.post(path, value.Map("inputs", value.Map("name", "Bob", "times", "2")), 201)
			if run.Text("state") != "queued" || at(run, "causedBy.name") != "Ada" || at(run, "flow.name") != "Greet" {
				t.Errorf("%s", value.JSON(run))
			}
			got := b.ended(c, run.Text("id"))
			want := map[string]any{
				"state": "succeeded", "input.name": "Bob", "input.times": 2.0, "result.greeting": "Hello Bob", "dataKept": true, "canAgain": true, "canRetry": false, "canCancel": false,
				"steps.items.0.title": "Compose text", "steps.items.0.kind": "function", "steps.items.0.output.text": "Hello Bob", "steps.items.0.seq": 1.0,
			}
			if !saveData {
				want = map[string]any{
					"state": "succeeded", "input": nil, "result.greeting": "text, 9 characters", "dataKept": false, "canAgain": false, "canRetry": false,
					"steps.items.0.output.text": "text, 9 characters",
				}
			}
			for at0, want := range want {
				if v := at(got, at0); !value.Equal(v, want) {
					t.Errorf("%s is %v, want %v", at0, v, want)
				}
			}
			again := c.post("/api/v1/runs/"+run.Text("id")+"/again", nil, map[bool]int{true: 201, false: 409}[saveData])
			if saveData {
				if got := b.ended(c, again.Text("id")); got.Text("retryOf") != run.Text("id") || at(got, "result.greeting") != "Hello Bob" {
					t.Errorf("again: %s", value.JSON(got))
				}
			}
		})
	}
}

func TestRunOfEvent(t *testing.T) {
	b := setup(t)
	b.work()
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	path := "/api/v1/flows/" + f.flow + "/run"
	for name, body := range map[string]*value.Object{"no event": value.Map(), "one that is not": value.Map("event", "nope")} {
		if got := failure(c.post(path, body, 404)); got.Text("field") != "event" {
			t.Errorf("%s: %s", name, value.JSON(got))
		}
	}
	if got := failure(c.post(path, value.Map("event", f.event, "inputs", value.Map("a", 1.0)), 400)); got.Text("field") != "inputs" {
		t.Errorf("%s", value.JSON(got))
	}
	dry := b.ended(c, c.post(path, value.Map("event", f.event, "dryRun", true), 201).Text("id"))
	if at(dry, "steps.items.1.state") != "dry_run" || dry.At("dryRun") != true || at(dry, "event.actor") != "ada@acme.example" {
		t.Errorf("dry: %s", value.JSON(dry))
	}
	rows := "/api/v1/tables/" + f.table + "/rows"
	if n := c.get(rows, 200).At("total"); n != 1.0 {
		t.Errorf("the dry run wrote: %v rows", n)
	}
	done := b.ended(c, c.post(path, value.Map("event", f.event), 201).Text("id"))
	if done.Text("state") != "succeeded" || at(done, "steps.items.1.use") != "table.create_row" || done.Text("cause") != "event" {
		t.Errorf("%s", value.JSON(done))
	}
	if got := c.get(rows+"?search=hello", 200); at(got, "items.0.values.login") != "Hello ada@acme.example" {
		t.Errorf("%s", value.JSON(got))
	}
	again := b.ended(c, c.post("/api/v1/runs/"+done.Text("id")+"/again", nil, 201).Text("id"))
	if at(again, "event.uuid") != f.event || again.Text("retryOf") != done.Text("id") {
		t.Errorf("%s", value.JSON(again))
	}
	if e := c.get("/api/v1/events/"+f.event, 200); e.At("runs") != 4.0 || at(e, "flowRuns.0.id") != again.Text("id") {
		t.Errorf("the event: %v runs", e.At("runs"))
	}
}

// A flow that is not ready does not run, whoever asks.
// A run that the run of an event started is run again by its input.
func TestRunThatAnotherStartedIsRunAgain(t *testing.T) {
	b := setup(t)
	b.work()
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	made := b.on(c, greeting, value.Map("saveData", true))
	child := flow.Run{
		ID: id.New(), Org: b.acme.ID, Flow: made, Version: 1, State: flow.Queued, Cause: flow.OnCall, Event: f.event, SaveData: true, Priority: 2,
		Input: value.Store(value.Map("name", "Ada", "times", 1.0)), CreatedAt: time.Now(),
	}
	if err := b.db.Runs.Add(t.Context(), child); err != nil {
		t.Fatal(err)
	}
	if got := b.ended(c, child.ID); got.At("canAgain") != true || got.Text("state") != "succeeded" {
		t.Fatalf("%s", value.JSON(got))
	}
	if again := b.ended(c, c.post("/api/v1/runs/"+child.ID+"/again", nil, 201).Text("id")); at(again, "result.greeting") != "Hello Ada" || again.At("event") != nil {
		t.Errorf("%s", value.JSON(again))
	}
}

func TestRunOfWhatIsNotReady(t *testing.T) {
	b := setup(t)
	c := b.admin()
	folder := b.folder(c, "F")
	helper := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", greeting), 201)
	c.post("/api/v1/flows/"+helper.Text("id")+"/run", value.Map("inputs", value.Map("name", "x")), 409)
	c.post("/api/v1/flows/"+helper.Text("id")+"/publish", value.Map(), 200)
	made := c.post("/api/v1/flows", value.Map("folder", folder, "yaml", ticket), 201)
	c.post("/api/v1/flows/"+made.Text("id")+"/publish", value.Map(), 200)
	if e := failure(c.post("/api/v1/flows/"+made.Text("id")+"/run", value.Map("inputs", value.Map("names", []any{"a"})), 409)); at(e, "unbound.0") != "connection desk" {
		t.Errorf("%s", value.JSON(e))
	}
	viewer := b.as(b.acme, "vic@acme.example", portal.Auditor)
	viewer.post("/api/v1/flows/"+helper.Text("id")+"/run", value.Map(), 403)
	analyst := b.as(b.acme, "ann@acme.example", portal.Analyst)
	run := analyst.post("/api/v1/flows/"+helper.Text("id")+"/run", value.Map("inputs", value.Map("name", "x")), 201)
	analyst.post("/api/v1/runs/"+run.Text("id")+"/cancel", nil, 403)
	if got := c.post("/api/v1/runs/"+run.Text("id")+"/cancel", nil, 200); got.Text("state") != "cancelled" {
		t.Errorf("%s", value.JSON(got))
	}
	if e := failure(c.post("/api/v1/runs/"+run.Text("id")+"/cancel", nil, 409)); e.Text("message") != "the run has ended already: it was cancelled" {
		t.Errorf("%s", value.JSON(e))
	}
	if got := c.post("/api/v1/runs/"+run.Text("id")+"/retry", nil, 200); got.Text("state") != "waiting" {
		t.Errorf("%s", value.JSON(got))
	}
	c.post("/api/v1/runs/"+run.Text("id")+"/retry", nil, 409)
}

func TestRunList(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	began := b.now().Add(-time.Hour)
	want := []string{}
	for i := range 7 {
		state := []flow.State{flow.Failed, flow.Succeeded, flow.Waiting}[i%3]
		r := flow.Run{Flow: f.helper, Version: 1, Cause: flow.OnDemand, SaveData: true, State: state, CreatedAt: began.Add(time.Duration(i) * time.Minute)}
		want = append([]string{b.run(b.acme, r)}, want...)
	}
	tests := map[string]struct {
		query string
		want  []string // the runs, of want by position; nil is f.run
	}{
		"of a flow":            {"flow=" + f.helper, want},
		"by state":             {"flow=" + f.helper + "&state=failed", []string{want[0], want[3], want[6]}},
		"by states":            {"flow=" + f.helper + "&state=failed&state=waiting", []string{want[0], want[1], want[3], want[4], want[6]}},
		"of an event":          {"event=" + f.event, []string{f.run}},
		"since a time":         {"flow=" + f.helper + "&since=" + began.Add(5*time.Minute).UTC().Format("2006-01-02T15:04:05.999999Z"), want[:2]},
		"until a time":         {"until=" + began.Add(2*time.Minute).UTC().Format("2006-01-02T15:04:05.999999Z"), want[5:]},
		"of a flow that isn't": {"flow=nope", []string{}},
	}
	for name, tt := range tests {
		for _, limit := range []int{1, 3, 50} {
			t.Run(fmt.Sprint(name, " by ", limit), func(t *testing.T) {
				got := []string{}
				for _, r := range c.all("/api/v1/runs?"+tt.query, limit) {
					got = append(got, r.Text("id"))
				}
				if strings.Join(got, " ") != strings.Join(tt.want, " ") {
					t.Errorf("got  %v\nwant %v", got, tt.want)
				}
			})
		}
	}
	for query, field := range map[string]string{"state=done": "state", "limit=0": "limit", "limit=201": "limit", "limit=x": "limit", "cursor=x": "cursor", "since=yesterday": "since", "nope=1": "nope", "flow=a&flow=b": "flow"} {
		if e := failure(c.get("/api/v1/runs?"+query, 400)); e.Text("field") != field {
			t.Errorf("%s: %s", query, value.JSON(e))
		}
	}
}

// all reads a list to its end, limit at a time.
func (c *client) all(path string, limit int) []*value.Object {
	c.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	var out []*value.Object
	next := ""
	for range 1000 {
		page := c.get(fmt.Sprintf("%s%slimit=%d&cursor=%s", path, sep, limit, next), 200)
		if list := items(page); len(list) > limit {
			c.t.Fatalf("%s: %d items, asked for %d", path, len(list), limit)
		}
		out = append(out, items(page)...)
		if next = page.Text("next"); next == "" {
			return out
		}
	}
	c.t.Fatalf("%s has no end", path)
	return nil
}

func TestRunSteps(t *testing.T) {
	b := setup(t)
	c := b.admin()
	f := b.fill(b.acme, "ada@acme.example")
	var steps []flow.Step
	for i := range 450 {
		steps = append(steps, flow.Step{Path: fmt.Sprintf("each#%d/text", i), Seq: i + 1, Flow: f.flow, Card: "text", State: flow.StepDone, Attempt: 1, Output: value.Store(value.Map("n", float64(i)))})
	}
	run := b.run(b.acme, flow.Run{Flow: f.flow, Version: 1, Cause: flow.OnEvent, Event: f.event, SaveData: true, State: flow.Succeeded}, steps...)
	got := c.get("/api/v1/runs/"+run, 200)
	if first := items(got.Object("steps")); len(first) != 200 || at(got, "steps.next") == nil {
		t.Fatalf("%d steps stand with the run", len(first))
	}
	all := c.all("/api/v1/runs/"+run+"/steps", 100)
	if len(all) != 450 || at(all[449], "output.n") != 449.0 || all[0].Text("title") != "Compose text" {
		t.Errorf("%d steps", len(all))
	}
	rest := items(c.get("/api/v1/runs/"+run+"/steps?limit=200&cursor="+value.String(at(got, "steps.next")), 200))
	if len(rest) != 200 || rest[0].At("seq") != 201.0 {
		t.Errorf("after the first: %d, from %v", len(rest), rest[0].At("seq"))
	}
}
