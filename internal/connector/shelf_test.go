package connector_test

import (
	"testing"

	"sallyport/content"
	"sallyport/internal/connector"
)

func TestShelf(t *testing.T) {
	s, err := connector.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.All() {
		t.Log(c.ID, c.ActionIDs())
	}
}
