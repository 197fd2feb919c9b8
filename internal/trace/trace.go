// Package trace follows work from what set it off to its last effect. What belongs
// together has one id, whether anybody collects traces or not: it stands in every log
// line of the work, and with every run. Where a collector is named, each step is sent
// there as a span of OpenTelemetry, too.
package trace

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	otel "go.opentelemetry.io/otel/trace"
)

// Attr is what a span says beside its name. Neither what events say nor what is sent
// to others belongs into one: ids, names of our own and counts do.
type Attr = attribute.KeyValue

// Text is an attribute.
func Text(key, value string) Attr { return attribute.String(key, value) }

// Number is an attribute.
func Number(key string, value int) Attr { return attribute.Int(key, value) }

// Tracer begins spans. The nil one begins none, and still gives work its id.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   otel.Tracer
}

// On reports whether anybody collects traces: for who would have to compute what a
// span says.
func (t *Tracer) On() bool { return t != nil }

// Start begins a step under the one of the context, or the first of new work where
// there is none. The context that it returns belongs to the step.
func (t *Tracer) Start(ctx context.Context, name string, attrs ...Attr) (context.Context, Span) {
	if t == nil {
		if otel.SpanContextFromContext(ctx).IsValid() {
			return ctx, Span{}
		}
		return otel.ContextWithSpanContext(ctx, fresh()), Span{}
	}
	options := []otel.SpanStartOption{otel.WithAttributes(attrs...)}
	if c := otel.SpanContextFromContext(ctx); c.TraceFlags()&undecided != 0 {
		ctx = context.WithValue(ctx, rootOf{}, c.TraceID())
		options = append(options, otel.WithNewRoot())
	}
	ctx, s := t.tracer.Start(ctx, name, options...)
	return ctx, Span{s}
}

// undecided marks work that got its id where nobody decides whether its spans are
// collected: the first step of it that is traced is its root, and decides. It is the
// flag by which W3C's traceparent says that the id is random, which it is.
const undecided otel.TraceFlags = 0x02

// rootOf is the key of the id that the root of a context's work is to have.
type rootOf struct{}

// ids gives spans their ids. It implements [sdk.IDGenerator].
type ids struct{}

// NewIDs gives the root of work the id that the work has, or one of its own.
func (ids) NewIDs(ctx context.Context) (otel.TraceID, otel.SpanID) {
	c := fresh()
	if id, ok := ctx.Value(rootOf{}).(otel.TraceID); ok {
		return id, c.SpanID()
	}
	return c.TraceID(), c.SpanID()
}

// NewSpanID gives a step its id.
func (ids) NewSpanID(context.Context, otel.TraceID) otel.SpanID { return fresh().SpanID() }

// fresh is the beginning of new work.
func fresh() otel.SpanContext {
	var trace otel.TraceID
	var span otel.SpanID
	_, _ = rand.Read(trace[:]) // it cannot fail
	_, _ = rand.Read(span[:])
	return otel.NewSpanContext(otel.SpanContextConfig{TraceID: trace, SpanID: span, TraceFlags: undecided})
}

// Span is a step under way. The zero one is none.
type Span struct{ span otel.Span }

// Set adds what became known on the way.
func (s Span) Set(attrs ...Attr) {
	if s.span != nil {
		s.span.SetAttributes(attrs...)
	}
}

// Fail says that the step did not go well, in a few words of our own: what others
// answered may hold what is nobody's business.
func (s Span) Fail(why string) {
	if s.span != nil && why != "" {
		s.span.SetStatus(codes.Error, why)
	}
}

// End ends the step.
func (s Span) End() {
	if s.span != nil {
		s.span.End()
	}
}

// ID returns the id of the work that a context belongs to; empty where it has none.
func ID(ctx context.Context) string {
	if c := otel.SpanContextFromContext(ctx); c.IsValid() {
		return c.TraceID().String()
	}
	return ""
}

// Parent returns what is kept with work that is done later, to go on from: W3C's
// traceparent. Without work in the context it begins some.
func Parent(ctx context.Context) string {
	c := otel.SpanContextFromContext(ctx)
	if !c.IsValid() {
		c = fresh()
	}
	return fmt.Sprintf("00-%s-%s-%s", c.TraceID(), c.SpanID(), c.TraceFlags())
}

// Continue returns the context of work that is gone on with. What is no parent
// changes nothing.
func Continue(ctx context.Context, parent string) context.Context {
	c, ok := parse(parent)
	if !ok {
		return ctx
	}
	return otel.ContextWithRemoteSpanContext(ctx, c)
}

// IDOf returns the id of the work that a parent belongs to; empty where it is none.
func IDOf(parent string) string {
	if c, ok := parse(parent); ok {
		return c.TraceID().String()
	}
	return ""
}

func parse(parent string) (otel.SpanContext, bool) {
	parts := strings.Split(parent, "-")
	if len(parts) != 4 || parts[0] != "00" || len(parts[3]) != 2 {
		return otel.SpanContext{}, false
	}
	trace, err := otel.TraceIDFromHex(parts[1])
	if err != nil {
		return otel.SpanContext{}, false
	}
	span, err := otel.SpanIDFromHex(parts[2])
	if err != nil {
		return otel.SpanContext{}, false
	}
	flags, err := strconv.ParseUint(parts[3], 16, 8)
	if err != nil {
		return otel.SpanContext{}, false
	}
	return otel.NewSpanContext(otel.SpanContextConfig{TraceID: trace, SpanID: span, TraceFlags: otel.TraceFlags(flags), Remote: true}), true
}
