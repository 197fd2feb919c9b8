package trace_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"sallyport/internal/trace"
)

// Without a collector work has its id all the same: through contexts, jobs and logs.
func TestIDWithoutACollector(t *testing.T) {
	var tracer *trace.Tracer
	ctx, span := tracer.Start(t.Context(), "first")
	span.Set(trace.Text("a", "b"))
	span.Fail("no")
	span.End()
	id := trace.ID(ctx)
	again, _ := tracer.Start(ctx, "second")
	if len(id) != 32 || trace.ID(again) != id || trace.ID(t.Context()) != "" {
		t.Errorf("%q, then %q", id, trace.ID(again))
	}
	kept := trace.Parent(ctx)
	if trace.IDOf(kept) != id || trace.ID(trace.Continue(t.Context(), kept)) != id {
		t.Errorf("%s goes on as %s", kept, trace.IDOf(kept))
	}
	if a, b := trace.Parent(t.Context()), trace.Parent(t.Context()); a == b || trace.IDOf(a) == "" {
		t.Errorf("new work has the ids %s and %s", a, b)
	}
	var out bytes.Buffer
	log := slog.New(trace.Logs(slog.NewTextHandler(&out, nil))).With("x", 1)
	log.InfoContext(ctx, "within")
	log.InfoContext(t.Context(), "outside")
	if strings.Count(out.String(), "trace="+id) != 1 || !strings.Contains(out.String(), "x=1") {
		t.Errorf("logged %s", &out)
	}
}

func TestFromEnviron(t *testing.T) {
	for name, c := range map[string]struct {
		env               string
		endpoint, headers string
		url, says         string
	}{
		"nothing":             {},
		"the endpoint":        {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a:4318/", url: "http://a:4318/v1/traces"},
		"that of traces":      {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a:4318 OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://b/x", url: "http://b/x"},
		"the configuration's": {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a:4318", endpoint: "https://c", url: "https://c/v1/traces"},
		"switched off":        {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a OTEL_SDK_DISABLED=true"},
		"none":                {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a OTEL_TRACES_EXPORTER=none"},
		"grpc":                {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a OTEL_EXPORTER_OTLP_PROTOCOL=grpc", says: "not by grpc"},
		"no URL":              {endpoint: "otel.example", says: "no http or https URL"},
		"no headers":          {endpoint: "http://a", headers: "SECRET", says: "name=value"},
		"no time":             {env: "OTEL_EXPORTER_OTLP_ENDPOINT=http://a OTEL_EXPORTER_OTLP_TIMEOUT=10s", says: "milliseconds"},
	} {
		t.Run(name, func(t *testing.T) {
			o, err := trace.FromEnviron(strings.Fields(c.env), c.endpoint, c.headers)
			if c.says == "" && (err != nil || o.URL != c.url) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "SECRET")) {
				t.Errorf("%+v, %v", o, err)
			}
		})
	}
	o, err := trace.FromEnviron(nil, "http://a", "authorization=Bearer%20x, b=c")
	if err != nil || o.Headers["authorization"] != "Bearer x" || o.Headers["b"] != "c" {
		t.Errorf("%+v, %v", o, err)
	}
}

func FuzzParent(f *testing.F) {
	f.Add("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	f.Fuzz(func(t *testing.T, text string) {
		if id := trace.IDOf(text); id != "" && trace.IDOf(trace.Parent(trace.Continue(t.Context(), text))) != id {
			t.Errorf("%q does not go on as itself", text)
		}
	})
}
