package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"sallyport/internal/backtest"
)

// tellBacktest writes a report for people.
func tellBacktest(w io.Writer, r backtest.Report, took time.Duration) error {
	_, err := fmt.Fprintf(w, "%d hits in %d events; %d alerts would have been raised\n", r.Hits, r.Events, r.Alerts)
	if r.Hidden > 0 {
		_, _ = fmt.Fprintf(w, "the exception hid %d\n", r.Hidden)
	}
	if a := r.Against; a != nil {
		_, _ = fmt.Fprintf(w, "published: %d hits, %d alerts; %d hits in both, %d only new, %d only published\n", a.Hits, a.Alerts, a.Both, a.OnlyNew, a.OnlyOld)
	}
	printBars(w, r)
	if len(r.Entities) > 0 {
		_, _ = fmt.Fprintln(w, "\nBy entity")
	}
	for _, e := range r.Entities {
		_, _ = fmt.Fprintf(w, "  %6d hits %5d alerts  %s %s\n", e.Hits, e.Alerts, e.Kind, cmp.Or(e.Login, e.Name, e.ID, "-"))
	}
	if r.Others.Hits > 0 {
		more := ""
		if r.Others.AtLeast {
			more = " or more"
		}
		_, _ = fmt.Fprintf(w, "  %6d hits               %d%s others\n", r.Others.Hits, r.Others.Entities, more)
	}
	printExamples(w, "Newest hits", r.Examples)
	if a := r.Against; a != nil {
		printExamples(w, "Only new", a.New)
		printExamples(w, "Only published", a.Old)
	}
	_, _ = fmt.Fprintf(w, "\n%d events in %s: %.0f/s, %.2f µs an event to match\n", r.Events, took.Round(time.Millisecond), r.Cost.Rate, r.Cost.PerEvent)
	return err
}

const barWidth = 50

func printBars(w io.Writer, r backtest.Report) {
	most := 0
	for _, b := range r.Bars {
		most = max(most, b.Hits, b.Against)
	}
	if most == 0 {
		return
	}
	_, _ = fmt.Fprintln(w, "\nOver time")
	for i, b := range r.Bars {
		if b.Hits+b.Against == 0 {
			continue
		}
		at := r.Since.Add(time.Duration(i*r.Bar) * time.Second)
		_, _ = fmt.Fprintf(w, "  %s %6d %s\n", at.Format("2006-01-02 15:04"), b.Hits, strings.Repeat("#", (b.Hits*barWidth+most-1)/most))
	}
}

func printExamples(w io.Writer, title string, all []backtest.Example) {
	if len(all) == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "\n%s\n", title)
	for _, x := range all {
		_, _ = fmt.Fprintf(w, "  %s  %s, %s  (%s %s)\n", x.Published.Format(time.RFC3339), x.Title, cmp.Or(x.Login, x.Name, x.ID, "-"), x.EventType, x.Event)
	}
}
