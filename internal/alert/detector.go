package alert

import (
	"context"

	"sallyport/internal/event"
	"sallyport/internal/rule"
)

// detector finds the hits of compiled rules.
type detector struct{}

func newDetector([]*rule.Rule) (*detector, error) { return &detector{}, nil }

func (*detector) match([]event.Event, func(*rule.Rule, event.Event) bool) (*matches, error) {
	return &matches{}, nil
}

type matches struct{}

func (*matches) any() bool { return false }

func (*matches) hits(context.Context, func(uuid string) bool, Counts) ([]rule.Hit, error) {
	return nil, nil
}
