package traffic_test

import (
	"encoding/json"
	"slices"
	"testing"

	"sallyport/tools/traffic"
)

// What is measured is what Okta's logs are like.
func TestTraffic(t *testing.T) {
	tr, types := traffic.New(), map[string]int{}
	var sizes []int
	for i := range 20_000 {
		raw := tr.Event(nil, i)
		var e struct {
			EventType string
			UUID      string
		}
		if err := json.Unmarshal(raw, &e); err != nil || e.UUID == "" {
			t.Fatalf("%v: %s", err, raw)
		}
		types[e.EventType]++
		sizes = append(sizes, len(raw))
	}
	slices.Sort(sizes)
	t.Logf("%d types; a tenth is below %d bytes, half below %d, a tenth above %d", len(types), sizes[2000], sizes[10000], sizes[18000])
	if len(types) < 60 || sizes[10000] < 2100 || sizes[10000] > 2400 {
		t.Errorf("%d types, %d bytes", len(types), sizes[10000])
	}
	if again := traffic.New(); string(again.Event(nil, 777)) != string(tr.Event(nil, 777)) {
		t.Error("an event is not the same in every run")
	}
}
