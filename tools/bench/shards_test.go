package main

import (
	"bytes"
	"strings"
	"testing"
)

// More shards bear more organizations, and nothing ends later for having less room.
func TestShards(t *testing.T) {
	var said bytes.Buffer
	if err := run(t.Context(), []string{"-orgs", "300", "shards"}, &said); err != nil || strings.Count(said.String(), "stops at") != 7 {
		t.Errorf("%s, %v", &said, err)
	}
	c := defaultCosts()
	orgs := crowdOf(random(1), 300)
	one, why := design{"", 1, c.keep}.stops(orgs, c)
	four, _ := design{"", 4, c.keep}.stops(orgs, c)
	if why != "the disk" || one >= four || four > 4*one+4 {
		t.Errorf("one bears %d, ended by %s, and four %d", one, why, four)
	}
	c.disk /= 2
	if less, _ := (design{"", 1, c.keep}).stops(orgs, c); less > one/2+1 {
		t.Errorf("with half of the disk it bears %d of %d", less, one)
	}
}
