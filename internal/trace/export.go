package trace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otel "go.opentelemetry.io/otel/trace"
)

// Options say where spans go: to a collector that takes OTLP over HTTP as JSON.
type Options struct {
	URL     string // of the collector's traces, https://otel.example.com:4318/v1/traces; empty sends none
	Headers map[string]string
	Timeout time.Duration // of one delivery; 10 s where nothing is said
	Version string
	Log     *slog.Logger
}

// tracesPath is where a collector takes traces, below its endpoint.
const tracesPath = "/v1/traces"

// FromEnviron returns options by the standard variables of OpenTelemetry, NAME=value;
// those that begin with TRACES win. endpoint and headers are those of the
// configuration, which win over all.
func FromEnviron(environ []string, endpoint, headers string) (Options, error) {
	vars := map[string]string{}
	for _, e := range environ {
		if name, v, _ := strings.Cut(e, "="); strings.HasPrefix(name, "OTEL_") && v != "" {
			vars[name] = v
		}
	}
	o := Options{URL: addressOf(vars, endpoint)}
	if o.URL == "" {
		return o, nil
	}
	if u, err := url.Parse(o.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return o, errors.New("the endpoint of traces is no http or https URL: write it as https://otel.example.com:4318")
	}
	if slices.Contains([]string{vars["OTEL_EXPORTER_OTLP_PROTOCOL"], vars["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"]}, "grpc") {
		return o, errors.New("traces are sent by OTLP over HTTP, not by grpc: name the collector's HTTP port, 4318 most often")
	}
	var err error
	if o.Headers, err = headerList(first(headers, vars["OTEL_EXPORTER_OTLP_TRACES_HEADERS"], vars["OTEL_EXPORTER_OTLP_HEADERS"])); err != nil {
		return o, err
	}
	if t := first(vars["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"], vars["OTEL_EXPORTER_OTLP_TIMEOUT"]); t != "" {
		ms, err := strconv.Atoi(t)
		if err != nil || ms < 1 {
			return o, errors.New("OTEL_EXPORTER_OTLP_TIMEOUT is a number of milliseconds")
		}
		o.Timeout = time.Duration(ms) * time.Millisecond
	}
	return o, nil
}

// addressOf is where traces are sent; "" for nowhere.
func addressOf(vars map[string]string, endpoint string) string {
	switch base := strings.TrimRight(first(endpoint, vars["OTEL_EXPORTER_OTLP_ENDPOINT"]), "/"); {
	case strings.EqualFold(vars["OTEL_SDK_DISABLED"], "true"), vars["OTEL_TRACES_EXPORTER"] == "none":
		return ""
	case endpoint == "" && vars["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] != "":
		return vars["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]
	case base == "" || endpoint != "" && strings.HasSuffix(base, tracesPath):
		return base
	default:
		return base + tracesPath
	}
}

func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// headerList reads name=value,name=value, the values as they stand in URLs.
func headerList(text string) (map[string]string, error) {
	out := map[string]string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, v, ok := strings.Cut(part, "=")
		plain, err := url.PathUnescape(strings.TrimSpace(v))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, errors.New("the headers of traces are written as name=value, separated by commas") // and not repeated: they are secret
		}
		out[name] = plain
	}
	return out, nil
}

// New returns a tracer; nil where the options name no collector. Sampling, batches
// and the resource follow the standard variables.
func New(ctx context.Context, o Options) (*Tracer, error) {
	if o.URL == "" {
		return nil, nil
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "sallyport"), attribute.String("service.version", o.Version)),
		resource.WithHost(), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("describe this server to the collector of traces: %w", err)
	}
	p := sdk.NewTracerProvider(sdk.WithBatcher(&exporter{o, &http.Client{Timeout: o.Timeout}, about}), sdk.WithResource(about), sdk.WithIDGenerator(ids{}))
	return &Tracer{p, p.Tracer("sallyport")}, nil
}

// Close sends what waits.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// exporter sends spans as the JSON form of OTLP. A collector that does not take them
// is said once in the log for each try, and nothing waits for it.
type exporter struct {
	Options

	client *http.Client
	about  *resource.Resource
}

// ExportSpans implements [sdk.SpanExporter].
func (e *exporter) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	body, err := json.Marshal(otlp(e.about, spans))
	if err != nil {
		return err
	}
	if err := e.send(ctx, body); err != nil {
		e.Log.WarnContext(ctx, "traces not sent", "err", err, "spans", len(spans))
	}
	return nil
}

func (e *exporter) send(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	for name, v := range e.Headers {
		req.Header.Set(name, v)
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // so that the connection is used again
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("the collector answered %s", resp.Status)
	}
	return nil
}

// Shutdown implements [sdk.SpanExporter].
func (e *exporter) Shutdown(context.Context) error {
	e.client.CloseIdleConnections()
	return nil
}

type otlpAttr struct {
	Key   string         `json:"key"`
	Value map[string]any `json:"value"`
}

type otlpSpan struct {
	TraceID    string         `json:"traceId"`
	SpanID     string         `json:"spanId"`
	Parent     string         `json:"parentSpanId,omitempty"`
	Name       string         `json:"name"`
	Kind       int            `json:"kind"`
	Start      string         `json:"startTimeUnixNano"`
	End        string         `json:"endTimeUnixNano"`
	Attributes []otlpAttr     `json:"attributes,omitempty"`
	Status     map[string]any `json:"status"`
}

// otlp is an ExportTraceServiceRequest in its JSON form.
func otlp(about *resource.Resource, spans []sdk.ReadOnlySpan) any {
	out := make([]otlpSpan, len(spans))
	for i, s := range spans {
		status := map[string]any{}
		if s.Status().Code == codes.Error {
			status["code"], status["message"] = 2, s.Status().Description
		}
		out[i] = otlpSpan{
			TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), Name: s.Name(), Kind: int(s.SpanKind()),
			Start: strconv.FormatInt(s.StartTime().UnixNano(), 10), End: strconv.FormatInt(s.EndTime().UnixNano(), 10), Attributes: attrs(s.Attributes()), Status: status,
		}
		if s.Parent().SpanID() != (otel.SpanID{}) {
			out[i].Parent = s.Parent().SpanID().String()
		}
	}
	type m = map[string]any
	return m{"resourceSpans": []any{m{
		"resource":   m{"attributes": attrs(about.Attributes())},
		"scopeSpans": []any{m{"scope": m{"name": "sallyport"}, "spans": out}},
	}}}
}

func attrs(all []attribute.KeyValue) []otlpAttr {
	out := make([]otlpAttr, 0, len(all))
	for _, a := range all {
		v := map[string]any{"stringValue": a.Value.String()}
		if a.Value.Type() == attribute.INT64 {
			v = map[string]any{"intValue": strconv.FormatInt(a.Value.AsInt64(), 10)}
		}
		out = append(out, otlpAttr{string(a.Key), v})
	}
	return out
}
