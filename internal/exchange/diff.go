package exchange

import (
	"context"
	"slices"
	"strings"
	"time"

	"sallyport/internal/flow"
	"sallyport/internal/store"
)

func (w flowWrite) write(ctx context.Context, tx *store.Tx, author string, now time.Time) error {
	if w.fresh {
		if err := tx.AddFlow(ctx, w.flow); err != nil {
			return err
		}
	}
	if w.def != nil {
		if _, err := tx.Publish(ctx, w.flow.Org, w.def, flow.Version{Flow: w.flow.ID, Author: author, Note: "applied from files", CreatedAt: now}); err != nil {
			return err
		}
	}
	return tx.SetFlow(ctx, w.flow.Org, w.flow.ID, store.Settings{Enabled: w.enabled, SaveData: w.flow.SaveData, Bindings: w.flow.Bindings}, now)
}

// maxDiff bounds the lines of texts that are held against each other, beyond which
// only the number of lines is told.
const maxDiff = 3000

// lineDiff says which lines of a text are gone and which are new.
func lineDiff(before, after string) []string {
	a, b := lines(before), lines(after)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) > maxDiff || len(b) > maxDiff {
		return []string{"more lines change than can be shown"}
	}
	return changes(a, b, inCommon(a, b))
}

// inCommon counts, for each i and j, the lines that a[i:] and b[j:] have in common,
// in their order.
func inCommon(a, b []string) [][]int {
	common := make([][]int, len(a)+1)
	common[len(a)] = make([]int, len(b)+1)
	for i, line := range slices.Backward(a) {
		common[i] = make([]int, len(b)+1)
		for j, other := range slices.Backward(b) {
			if line == other {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}

func changes(a, b []string, common [][]int) []string {
	var out []string
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			i, j = i+1, j+1
		case common[i+1][j] >= common[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	for ; i < len(a); i++ {
		out = append(out, "- "+a[i])
	}
	for ; j < len(b); j++ {
		out = append(out, "+ "+b[j])
	}
	return out
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
