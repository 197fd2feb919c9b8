package rule_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sallyport/internal/rule"
)

// counter returns ids one after the other.
func counter() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
}

// A copy has ids of its own, also where its parts refer to each other, and says
// what it comes from.
func TestCopy(t *testing.T) {
	const detection = "logsource: { product: okta }\ndetection: { selection: { eventType: user.mfa.factor.reset_all }, condition: selection }\n"
	const first, second = "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a1", "6f0d2a57-94b5-4e35-8a0c-6d0ad1f4b5a2"
	for name, tc := range map[string]struct{ text, want string }{
		"one, with its comments": {
			"# ours\ntitle: A\nid: " + first + " # stays\n" + detection,
			"# ours\ntitle: A\nid: 00000000-0000-4000-8000-000000000001\nrelated: [{ id: " + first + ", type: derived }]\n" + detection,
		},
		"related to others": {
			"title: A\nid: " + first + "\nrelated:\n    - id: " + second + "\n      type: similar\n" + detection,
			"title: A\nid: 00000000-0000-4000-8000-000000000001\nrelated:\n    - id: " + first + "\n      type: derived\n    - id: " + second + "\n      type: similar\n" + detection,
		},
		"related to others, in a line": {
			"title: A\nid: '" + first + "'\nrelated: [{ id: " + second + ", type: similar }]\n" + detection,
			"title: A\nid: '00000000-0000-4000-8000-000000000001'\nrelated: [{ id: " + first + ", type: derived }, { id: " + second + ", type: similar }]\n" + detection,
		},
		"a correlation that refers by id": {
			"title: A\nid: " + first + "\ncorrelation:\n  type: event_count\n  rules: [" + second + "]\n  group-by: [actor.id]\n  timespan: 1h\n  condition: { gte: 2 }\n---\ntitle: B\nid: " + second + "\n" + detection,
			"title: A\nid: 00000000-0000-4000-8000-000000000001\nrelated: [{ id: " + first + ", type: derived }]\ncorrelation:\n  type: event_count\n  rules: [00000000-0000-4000-8000-000000000002]\n  group-by: [actor.id]\n  timespan: 1h\n  condition: { gte: 2 }\n---\ntitle: B\nid: 00000000-0000-4000-8000-000000000002\nrelated: [{ id: " + second + ", type: derived }]\n" + detection,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := rule.Parse("pack", "a.yaml", []byte(tc.text))
			if len(f.Rules) == 0 {
				t.Fatalf("there is no rule: %v", f.Problems)
			}
			got, err := f.Rules[0].Copy(counter())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("copy (-want +got):\n%s", diff)
			}
			if _, report := rule.NewShelf(f, rule.Parse("own", "a.yaml", []byte(got))); len(report.Problems) > 0 {
				t.Errorf("beside its original: %v", report.Problems)
			}
		})
	}
}

// Every rule of the built-in pack can be copied, and its copy stands beside it.
func TestCopyOfEach(t *testing.T) {
	source, err := rule.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	files, err := source.Read()
	if err != nil {
		t.Fatal(err)
	}
	next := counter()
	all := files
	for _, f := range files {
		if len(f.Rules) == 0 {
			continue
		}
		text, err := f.Rules[0].Copy(next)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(text, "id:") && !strings.Contains(text, "derived") {
			t.Errorf("%s: the copy does not say what it comes from", f.Name)
		}
		all = append(all, rule.Parse("own", f.Name, []byte(text)))
	}
	if _, report := rule.NewShelf(all...); len(report.Problems) > 0 {
		t.Errorf("%d problems, the first: %v", len(report.Problems), report.Problems[0])
	}
}

// An item of Okta's catalogue becomes a rule of ours with its filter.
func TestCopyOfCatalogue(t *testing.T) {
	f := rule.Parse("okta", "a.yaml", []byte("title: A\nid: x1\ndescription: d\ndetection:\n  okta_systemlog:\n    OIE: |\n      eventType eq \"a.b\"\n      and outcome.result eq \"SUCCESS\"\n    Classic: eventType eq \"c.d\"\n"))
	text, err := f.Rules[0].Copy(counter())
	if err != nil {
		t.Fatal(err)
	}
	own := rule.Parse("own", "a.yaml", []byte(text))
	if len(own.Problems) > 0 || len(own.Rules) != 1 || own.Rules[0].Expr == nil || !strings.Contains(text, `(eventType eq "a.b" and outcome.result eq "SUCCESS") or (eventType eq "c.d")`) {
		t.Errorf("copy = %s\n%v", text, own.Problems)
	}
}
