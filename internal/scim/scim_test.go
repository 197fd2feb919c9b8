package scim_test

import (
	"testing"
	"time"

	"sallyport/internal/scim"
	"sallyport/internal/scim/scimtest"
)

func TestMemory(t *testing.T) {
	scimtest.Run(t, func(*testing.T) scim.Directory { return scimtest.NewMemory(time.Now) })
}
