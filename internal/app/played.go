package app

import (
	"slices"

	"sallyport/internal/flow"
	"sallyport/internal/migration"
	"sallyport/internal/value"
)

// Played is a run that a player carried out.
type Played struct {
	Flow  migration.InstalledFlow
	Run   flow.Run
	Steps []flow.Step
}

// Status is how the run ended: returned where a card of the flow itself gave the
// result, finished where none did, else stopped, failed or cancelled.
func (p Played) Status() string {
	switch {
	case p.Run.State == flow.Succeeded && p.returned():
		return "returned"
	case p.Run.State == flow.Succeeded:
		return "finished"
	default:
		return string(p.Run.State)
	}
}

// returned reports whether a card gave the result that ends the flow: one that is
// no part of a block, where it would end the block alone.
func (p Played) returned() bool {
	ends := ending(p.Flow.Definition.Cards)
	return slices.ContainsFunc(p.Steps, func(s flow.Step) bool {
		return s.Flow == p.Run.Flow && s.State == flow.StepDone && slices.Contains(ends, s.Path)
	})
}

// ending lists the paths of the cards whose result is that of the flow.
func ending(cards []*flow.Card) []string {
	var out []string
	for _, c := range cards {
		switch c.Kind {
		case flow.CardReturn, flow.CardRespond:
			out = append(out, c.ID)
		case flow.CardIf:
			out = append(out, ending(c.Then)...)
			out = append(out, ending(c.Else)...)
		default:
		}
	}
	return out
}

// Outputs is the run's result; an empty object where it has none.
func (p Played) Outputs() *value.Object {
	if o, ok := loaded(p.Run.Result).(*value.Object); ok {
		return o
	}
	return value.NewObject(0)
}

// Failed is the first card that failed, where the run did.
func (p Played) Failed() (flow.Step, bool) {
	i := slices.IndexFunc(p.Steps, func(s flow.Step) bool { return s.State == flow.StepFailed })
	if p.Run.State != flow.Failed || i < 0 {
		return flow.Step{}, false
	}
	return p.Steps[i], true
}

// Source leads from a step to the card of the export that it was; nil where it is
// not known.
func (p Played) Source(s flow.Step) *migration.Card {
	if s.Flow != p.Run.Flow {
		return nil
	}
	for i, c := range p.Flow.Source.Cards {
		if c.ID == s.Card {
			return &p.Flow.Source.Cards[i]
		}
	}
	return nil
}

// loaded reads a value as runs store it; nil where it cannot be read.
func loaded(stored []byte) any {
	v, err := value.Load(stored)
	if err != nil {
		return nil
	}
	return v
}
