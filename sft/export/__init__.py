"""From a trained model or adapter to what is served: merged, quantised, verified, described."""
