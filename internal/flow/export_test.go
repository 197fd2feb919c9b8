package flow_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"sallyport/internal/flow"
)

// A flow gives another one as a file, with those that it calls; what is not
// published in its folder is an error of the card.
func TestExport(t *testing.T) {
	const inner = "flow: inner\ntrigger: { call: }\ncards: [ { stop: done } ]\n"
	const outer = "flow: outer\ntrigger: { call: }\ncards: [ { call: inner } ]\n"
	tests := map[string]struct {
		with, text, err string
	}{
		"its own text":          {with: "{ flow: outer, format: yaml }", text: outer},
		"with what it calls":    {with: "{ flow: outer }", text: "outer+inner"},
		"alone":                 {with: "{ flow: inner }", text: "inner"},
		"one that is not there": {with: "{ flow: other }", err: `there is no published flow "other" in this folder`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.publish(inner)
			l.publish(outer)
			l.runner.Export = func(flows []flow.Text) ([]byte, error) {
				var slugs []string
				for _, f := range flows {
					if !strings.HasPrefix(f.Body, "flow: "+f.Flow.Slug+"\n") {
						t.Errorf("the text of %s is %q", f.Flow.Slug, f.Body)
					}
					slugs = append(slugs, f.Flow.Slug)
				}
				return []byte(strings.Join(slugs, "+")), nil
			}
			run, steps := l.run("flow: f\ntrigger: { on_demand: }\ncards:\n  - { id: file, use: flow.export, with: "+tt.with+" }\n  - { return: { data: '{{ file.file.data }}' } }\n", nil)
			if tt.err != "" {
				if run.State != flow.Failed || !strings.Contains(run.Error, tt.err) {
					t.Fatalf("the run is %s: %s", run.State, run.Error)
				}
				return
			}
			if want := base64.StdEncoding.EncodeToString([]byte(tt.text)); run.State != flow.Succeeded || !strings.Contains(string(run.Result), want) {
				t.Errorf("the run is %s (%s) and gives %s", run.State, run.Error, run.Result)
			}
			if steps["file"].State != flow.StepDone {
				t.Errorf("the step is %s", steps["file"].State)
			}
		})
	}
}
