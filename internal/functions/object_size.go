package functions

import "sallyport/internal/function"

var _ = add(function.Of("object.size", "Size", "How many fields an object has. Null has none.", objectSize).Serves("object:size"))

type objectSizeOut struct {
	Size float64 `okta:"output"`
}

func objectSize(_ function.Env, in objectIn) (objectSizeOut, error) {
	return objectSizeOut{float64(in.Object.Len())}, nil
}
