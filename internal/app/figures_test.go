package app_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"
)

// figures reads /metrics as Prometheus does.
func (d *demo) figures() map[string]*dto.MetricFamily {
	d.t.Helper()
	resp, err := http.Get(strings.TrimSuffix(d.is.API, "/api/v1") + "/metrics")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	all, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		d.t.Fatalf("/metrics cannot be read: %v", err)
	}
	return all
}

// expressions are the queries of the dashboard and of the alert rules, by where they
// stand.
func (d *demo) expressions() map[string]string {
	d.t.Helper()
	out := map[string]string{}
	text, err := os.ReadFile("../../deploy/grafana/sallyport.json")
	if err != nil {
		d.t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		d.t.Fatal(err)
	}
	for _, p := range board.Panels {
		for _, t := range p.Targets {
			out["panel "+p.Title+" "+t.Expr] = t.Expr
		}
	}
	if text, err = os.ReadFile("../../deploy/prometheus/alerts.yaml"); err != nil {
		d.t.Fatal(err)
	}
	var rules struct {
		Groups []struct {
			Rules []struct {
				Alert, Expr, For    string
				Labels, Annotations map[string]string
			}
		}
	}
	if err := yaml.Unmarshal(text, &rules); err != nil {
		d.t.Fatal(err)
	}
	for _, r := range rules.Groups[0].Rules {
		if !slices.Contains([]string{"warning", "critical"}, r.Labels["severity"]) || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			d.t.Errorf("the alert rule %s does not say how bad it is, or what to do: %+v", r.Alert, r)
		}
		out["alert "+r.Alert] = r.Expr
	}
	return out
}

// figuresAreThere holds that the dashboard and the alert rules ask for what a server
// tells, by labels that it has, and that nothing there is of organizations.
func figuresAreThere(d *demo) {
	d.t.Helper()
	var all map[string]*dto.MetricFamily
	for began := time.Now(); ; pause(50 * time.Millisecond) { // the first poll of the org tells its rate limits
		if all = d.figures(); all["sallyport_rate_limit_used_ratio"] != nil || time.Since(began) > 20*time.Second {
			break
		}
	}
	name := regexp.MustCompile(`\b(sallyport|process|go)_[a-z_]+\b`)
	selector := regexp.MustCompile(`\b((?:sallyport|process)_[a-z_]+)\{([^}]*)\}`)
	label := regexp.MustCompile(`([a-z]+)(?:=~|!=|=)"`)
	for where, expr := range d.expressions() {
		if strings.Count(expr, "(") != strings.Count(expr, ")") {
			d.t.Errorf("%s: %s is not closed", where, expr)
		}
		names := name.FindAllString(expr, -1)
		if len(names) == 0 {
			d.t.Errorf("%s: %s asks for nothing", where, expr)
		}
		for _, n := range names {
			if all[strings.TrimSuffix(n, "_bucket")] == nil {
				d.t.Errorf("%s: there is no figure %s", where, n)
			}
		}
		for _, s := range selector.FindAllStringSubmatch(expr, -1) {
			for _, l := range label.FindAllStringSubmatch(s[2], -1) {
				if l[1] != "instance" && !labelled(all[strings.TrimSuffix(s[1], "_bucket")], l[1]) {
					d.t.Errorf("%s: %s has no label %s", where, s[1], l[1])
				}
			}
		}
	}
	for n, f := range all {
		if strings.HasPrefix(n, "sallyport_") && (labelled(f, "org") || f.GetHelp() == "" || len(f.GetMetric()) > 500) {
			d.t.Errorf("%s: %d series, %q", n, len(f.GetMetric()), f.GetHelp())
		}
	}
}

func labelled(f *dto.MetricFamily, name string) bool {
	for _, m := range f.GetMetric() {
		for _, l := range m.GetLabel() {
			if l.GetName() == name {
				return true
			}
		}
	}
	return false
}
