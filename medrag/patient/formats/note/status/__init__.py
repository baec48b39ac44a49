"""What a note says of each thing that it names: by the words around it, its section, its column and its neighbours."""
